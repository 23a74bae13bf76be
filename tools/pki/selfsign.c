// SPDX-License-Identifier: MIT
// selfsign: signs a CA's own certificate and judges it.
#include "pki/chain.h"
#include "pki/issue.h"
#include "pki/lint.h"
#include "pki/opinion.h"
#include "pki/selfsign.h"

static int judge(const struct cert *c, const struct key *key, int64_t now, struct error *err)
{
	struct chain_ask ask = {.now = now, .purpose = EKU_ANY, .roots = c, .n_roots = 1};
	if (lint_cert(c, err))
		return -1;
	if ((c->version == 3 && !c->is_ca) || (c->has_ku && !(c->ku & KU_CERT_SIGN)))
		return error_set(err, ERR_FAILED, NULL, NULL,
			"the certificate is not one that may sign certificates");
	if (!chain_signed_by(c, c))
		return error_set(err, ERR_FAILED, NULL, NULL,
			"the certificate is not signed by its own key");
	if (!key_matches(key, c))
		return error_set(err, ERR_FAILED, NULL, NULL,
			"the private key does not belong to the certificate");
	if (chain_verify(c, &ask, err) || opinion_chain(c->raw, c->raw, now, err))
		return -1;
	return opinion_pair(c->raw, secret_bytes(&key->der), err);
}

int selfsign(struct bytes tbs, const struct key *key, enum sig_alg sig, int64_t now,
	struct buf *cert, struct error *err)
{
	struct buf signature = BUF_INIT, made = BUF_INIT;
	struct cert c;
	int rc = key_sign(key, sig, tbs, &signature, err);
	if (rc == 0)
		rc = issue_finish(tbs, buf_bytes(&signature), &made, err);
	if (rc == 0)
		rc = cert_parse(&c, buf_bytes(&made), err);
	if (rc == 0)
		rc = judge(&c, key, now, err);
	if (rc == 0)
		buf_add(cert, made.p, made.n);
	buf_free(&signature);
	buf_free(&made);
	return rc;
}
