// SPDX-License-Identifier: MIT
// signlist: the lines of a plan, and whether a to-be-signed part is what its line says.
#include <stdlib.h>

#include "pki/ext.h"
#include "pki/issue.h"
#include "pki/key.h"
#include "pki/oid.h"
#include "rescue/signlist.h"

void signlist_add(struct signlist *l, const struct signlist_line *line)
{
	if ((l->n & (l->n - 1)) == 0)
		l->lines = xrealloc(l->lines, (l->n ? 2 * l->n : 1) * sizeof(*l->lines));
	l->lines[l->n++] = *line;
}

void signlist_put(struct buf *out, const struct signlist *l)
{
	wire_put_number(out, (int64_t)l->n);
	for (size_t i = 0; i < l->n; i++) {
		const struct signlist_line *line = &l->lines[i];
		wire_put_number(out, (int64_t)line->ca);
		wire_put_bytes(out, line->subject);
		wire_put_bytes(out, line->extensions);
		wire_put_number(out, line->not_before);
		wire_put_number(out, line->not_after);
		wire_put_bytes(out, line->spki);
		wire_put_number(out, line->alg);
		wire_put_number(out, line->bits);
		wire_put_number(out, line->is_ca);
	}
}

bool signlist_read(struct signlist *l, struct wire *w)
{
	*l = (struct signlist){0};
	buf_add(&l->bytes, w->in.p, w->in.n);
	struct wire own = {buf_bytes(&l->bytes), w->bad};
	int64_t n = wire_number(&own);
	for (int64_t i = 0; i < n && n <= SIGNLIST_MAX && !own.bad; i++) {
		struct signlist_line line = {.ca = (size_t)wire_number(&own)};
		line.subject = wire_bytes(&own);
		line.extensions = wire_bytes(&own);
		line.not_before = wire_number(&own);
		line.not_after = wire_number(&own);
		line.spki = wire_bytes(&own);
		line.alg = (enum key_alg)wire_number(&own);
		line.bits = (int)wire_number(&own);
		line.is_ca = wire_number(&own) != 0;
		signlist_add(l, &line);
	}
	return !own.bad && n >= 0 && n <= SIGNLIST_MAX && own.in.n == 0;
}

void signlist_free(struct signlist *l)
{
	free(l->lines);
	buf_free(&l->bytes);
	*l = (struct signlist){0};
}

static int differs(struct error *err, const char *what)
{
	return error_set(err, ERR_REFUSED, NULL, "start again; if it comes back, report it",
		"the signer was asked for a certificate that is not in the plan: %s", what);
}

static bool key_fits(const struct signlist_line *line, const struct cert *c)
{
	if (line->spki.n)
		return spki_same(line->spki, c->spki);
	return c->key == line->alg && (c->key != KEY_RSA || c->key_bits == line->bits);
}

static int match(const struct signlist_line *line, const struct cert *ca, const struct cert *c,
	struct error *err)
{
	if (!bytes_equal(c->subject, line->subject))
		return differs(err, "another subject");
	if (!ext_same_but_key_ids(line->extensions, c->extensions))
		return differs(err, "other extensions");
	if (c->not_before != line->not_before || c->not_after != line->not_after)
		return differs(err, "another validity");
	if (!key_fits(line, c))
		return differs(err, "another public key");
	if ((c->is_ca || c->ku & KU_CERT_SIGN) && !line->is_ca)
		return differs(err, "it could sign certificates itself");
	if (!bytes_equal(c->issuer, ca->subject))
		return differs(err, "another issuer");
	if (c->aki.p && !bytes_equal(c->aki, ca->ski))
		return differs(err, "another CA's key id");
	if (c->serial.n == 0 || c->serial.n > ISSUE_SERIAL_SIZE || c->serial.p[0] & 0x80)
		return differs(err, "a serial number that is none");
	return 0;
}

int signlist_match(const struct signlist_line *line, const struct cert *ca, struct bytes tbs,
	struct error *err)
{
	static const uint8_t nothing[1];
	struct buf der = BUF_INIT;
	struct cert c;
	if (line->used)
		return differs(err, "its line was signed already");
	int rc = issue_finish(tbs, (struct bytes){nothing, 1}, &der, err);
	if (rc == 0)
		rc = cert_parse(&c, buf_bytes(&der), err);
	if (rc == 0)
		rc = match(line, ca, &c, err);
	buf_free(&der);
	return rc;
}
