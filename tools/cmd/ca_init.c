// SPDX-License-Identifier: MIT
// ca init: a new self-signed CA from cfssl's CSR JSON.
#include <stdlib.h>

#include "base/clock.h"
#include "cmd/ca.h"
#include "cmd/issue.h"
#include "media/keyout.h"
#include "pki/pem.h"
#include "pki/seal.h"
#include "pki/selfsign.h"

static const struct common_help help = {
	.usage = "ca init CSR.json --out DIR [option...]",
	.summary =
		"Makes a new self-signed CA: DIR/ca.crt, and DIR/ca.key, which is encrypted with\n"
		"--passphrase-file or a passphrase that is asked for. CSR.json is cfssl's (- is\n"
		"standard input): CN, names, key (rsa 2048, 3072, 4096; ecdsa 256, 384, 521), ca\n"
		"(expiry, default 43800h; pathlen, pathlenzero, backdate). The certificate is the "
		"one\n"
		"that cfssl gencert -initca makes. Nothing is overwritten.",
	.exit_codes = "  0   made\n"
		      "  1   failed, nothing written\n"
		      "  5   refused by a safety rule: the clock, or what the JSON asks for\n"
		      "  64  wrong usage\n",
	.example = "certrescue ca init conf/ca-csr.json --out /mnt/stick/ca/prod",
};

struct init {
	struct common c;
	const char *out, *passphrase_file;
	bool plain;
	struct request request;
	struct secret passphrase; /* empty: the key is written plain */
	struct key key;
	struct buf der;
	char *cert_path, *key_path;
};

static int read_request(struct init *n, const char *path, struct error *err)
{
	struct jsondoc doc = {.kind = JSONDOC_NULL};
	struct buf text = BUF_INIT;
	struct error why = ERROR_INIT;
	int rc = issue_slurp(&text, path, JSONDOC_MAX, err);
	if (rc == 0 && (jsondoc_read(&doc, buf_bytes(&text), &why) ||
			       request_read(&n->request, &doc, NULL, &why)))
		rc = error_set(err, why.kind, path, why.todo, "%s", why.what);
	if (rc == 0 && n->request.notes.n)
		ca_warn(path, NULL, "%s", buf_text(&n->request.notes));
	jsondoc_free(&doc);
	buf_free(&text);
	return rc;
}

static int choose_passphrase(struct init *n, struct error *err)
{
	if (n->passphrase_file || (!n->plain && ca_interactive()))
		return ca_new_passphrase(&n->passphrase, n->passphrase_file, err);
	if (!n->plain)
		ca_warn(n->key_path,
			"give --passphrase-file, or run certrescue ca protect afterwards",
			"the CA's key is not encrypted: who has it can sign for the cluster");
	return 0;
}

static int make(struct init *n, struct error *err)
{
	struct profile profile;
	struct buf tbs = BUF_INIT;
	profile_for_ca(&profile, &n->request);
	int rc = key_generate(&n->key, n->request.key, n->request.key_bits, err);
	struct template t = {.request = &n->request,
		.profile = &profile,
		.spki = buf_bytes(&n->key.spki),
		.sig = template_signature(n->key.alg, n->key.bits, &profile)};
	issue_serial(t.serial);
	if (rc == 0)
		rc = template_validity(&t, n->c.now, err);
	if (rc == 0)
		rc = template_tbs(&t, &tbs, err);
	if (rc == 0)
		rc = selfsign(buf_bytes(&tbs), &n->key, t.sig, n->c.now, &n->der, err);
	buf_free(&tbs);
	profile_free(&profile);
	return rc;
}

static int write_all(struct init *n, struct error *err)
{
	struct outset set;
	struct buf pem = BUF_INIT;
	long rounds = n->passphrase.n ? seal_rounds() : 0;
	pem_write(&pem, "CERTIFICATE", buf_bytes(&n->der));
	outset_begin(&set);
	int rc = outset_mkdir(&set, n->out, err);
	if (rc == 0)
		rc = keyout_add(&set, n->key_path, &n->key, &n->passphrase, rounds, err);
	if (rc == 0)
		rc = outset_add(&set, n->cert_path, buf_bytes(&pem), 0644, false, err);
	if (rc == 0)
		rc = outset_put(&set, err);
	if (rc)
		outset_undo(&set);
	outset_end(&set);
	buf_free(&pem);
	return rc;
}

static void say(const struct init *n)
{
	struct cert c;
	struct error ignored;
	struct buf name = BUF_INIT;
	char when[CLOCK_TEXT], kind[32];
	cert_parse(&c, buf_bytes(&n->der), &ignored);
	cert_name_text(&name, c.subject);
	ca_say(&n->c, "%s: CA %s, %s, until %s", n->cert_path, buf_text(&name),
		cert_key_text(c.key, c.key_bits, kind), clock_text(c.not_after, when));
	ca_say(&n->c, "%s: its private key, %s", n->key_path,
		n->passphrase.n ? "encrypted" : "plain");
	buf_free(&name);
}

static int run(struct init *n, const char *csr, struct error *err)
{
	n->cert_path = xasprintf("%s/ca.crt", n->out);
	n->key_path = xasprintf("%s/ca.key", n->out);
	if (read_request(n, csr, err) || ca_clock(&n->c, NULL, err) ||
		outfile_absent(n->cert_path, err) || outfile_absent(n->key_path, err) ||
		choose_passphrase(n, err))
		return -1;
	if (make(n, err)) {
		struct error why = *err;
		return error_set(err, why.kind, csr, why.todo, "no CA was made: %s", why.what);
	}
	if (write_all(n, err))
		return -1;
	say(n);
	return ca_report(&n->c, n->out);
}

int ca_init(int argc, char **argv)
{
	struct init n = {.c = COMMON_INIT, .key = KEY_INIT};
	struct args_option own[] = {
		{"out", ARGS_TEXT, &n.out, "DIR", "where to write; made if it is not there"},
		{"passphrase-file", ARGS_TEXT, &n.passphrase_file, "FILE",
			"encrypts the key with this one"},
		{"plain", ARGS_FLAG, &n.plain, NULL,
			"the key is not encrypted; do not ask, nor warn"},
		{.name = NULL},
	};
	struct args_list operands;
	struct error err = ERROR_INIT;
	int rc = common_parse(&n.c, argc, argv, own, &operands, 1, &help);
	if (rc >= 0)
		return rc;
	if (operands.n != 1 || !n.out || !n.out[0])
		rc = error_set(&err, ERR_USAGE, NULL, "certrescue ca init CSR.json --out DIR",
			"name the CSR JSON, and where to write");
	else if (n.plain && n.passphrase_file)
		rc = error_set(&err, ERR_USAGE, NULL, "give one of them",
			"--plain and --passphrase-file exclude each other");
	else
		rc = run(&n, operands.v[0], &err);
	if (rc < 0)
		rc = common_fail(&err);
	request_free(&n.request);
	secret_free(&n.passphrase);
	key_free(&n.key);
	buf_free(&n.der);
	free(n.cert_path);
	free(n.key_path);
	return rc;
}
