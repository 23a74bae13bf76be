// SPDX-License-Identifier: MIT
// inspect: finds out what an input holds: PEM blocks, DER, a kubeconfig, or what is not read here.
#include <string.h>

#include "cmd/inspect.h"
#include "node/kubeconfig.h"
#include "pki/csr.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "pki/pem.h"
#include "pki/spki.h"

static bool starts(struct bytes text, const char *start, size_t n)
{
	return text.n >= n && memcmp(text.p, start, n) == 0;
}

static bool ends(struct bytes label, const char *end)
{
	size_t n = strlen(end);
	return label.n >= n && memcmp(label.p + label.n - n, end, n) == 0;
}

/* --- what is named but not read ------------------------------------------------------------- */

static const char crl[] = "this is a certificate revocation list; openssl crl -noout -text shows "
			  "it";
static const char pkcs7[] = "this is a PKCS#7 bundle; openssl pkcs7 -print_certs takes the "
			    "certificates out";
static const char pkcs12[] = "this is a PKCS#12 file; certrescue ca import reads a CA from it, "
			     "openssl pkcs12 anything else";
static const char openssh[] = "this is an OpenSSH key; ssh-keygen -p -m PKCS8 -f COPY writes a "
			      "copy of it as PEM";

static const struct {
	const char *label, *what;
} other_blocks[] = {
	{"X509 CRL", crl},
	{"PKCS7", pkcs7},
	{"PKCS #7 SIGNED DATA", pkcs7},
	{"CMS", pkcs7},
	{"PKCS12", pkcs12},
	{"OPENSSH PRIVATE KEY", openssh},
	{"SSH2 PUBLIC KEY", openssh},
	{"SSH2 ENCRYPTED PRIVATE KEY", openssh},
};

#define START(text) text, sizeof(text) - 1

static const struct {
	const char *start;
	size_t n;
	const char *what;
} other_files[] = {
	{START("ssh-"), openssh},
	{START("ecdsa-sha2-"), openssh},
	{START("PuTTY-User-Key-File-"), "this is a PuTTY key; puttygen OLD -O private-openssh-new "
					"and then ssh-keygen -p -m PKCS8 make PEM of it"},
	{START("\xfe\xed\xfe\xed"), "this is a Java key store; keytool -importkeystore "
				    "-deststoretype PKCS12 makes PKCS#12 of it"},
	{START("\x30\x80\x02\x01\x03"), pkcs12}, /* BER of indefinite length */
	{START("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"), pkcs7},
};

static const char *other_block(struct bytes label)
{
	for (size_t i = 0; i < sizeof(other_blocks) / sizeof(other_blocks[0]); i++)
		if (bytes_is(label, other_blocks[i].label))
			return other_blocks[i].what;
	return NULL;
}

static const char *other_file(struct bytes text)
{
	for (size_t i = 0; i < sizeof(other_files) / sizeof(other_files[0]); i++)
		if (starts(text, other_files[i].start, other_files[i].n))
			return other_files[i].what;
	return NULL;
}

/* By the first elements of the outer SEQUENCE. */
static const char *other_der(struct bytes der)
{
	struct der d = der_reader(der, NULL), seq, tbs;
	struct der_tlv t, u;
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0 || der_any(&seq, "", &t) < 0)
		return NULL;
	if (t.tag == DER_OID)
		return oid_find(t.body) == OID_P7_SIGNED ? pkcs7 : NULL;
	if (t.tag == DER_INTEGER)
		return t.body.n == 1 && t.body.p[0] == 3 &&
				       der_take(&seq, DER_SEQUENCE, "", &u) == 0
			       ? pkcs12
			       : NULL;
	if (t.tag != DER_SEQUENCE)
		return NULL;
	tbs = der_inside(&d, &t); /* [version] algorithm issuer thisUpdate */
	if (der_optional(&tbs, DER_INTEGER, "", &u) < 0 ||
		der_take(&tbs, DER_SEQUENCE, "", &u) < 0 ||
		der_take(&tbs, DER_SEQUENCE, "", &u) < 0)
		return NULL;
	return der_is(&tbs, DER_UTC_TIME) || der_is(&tbs, DER_GENERALIZED_TIME) ? crl : NULL;
}

/* --- PEM ------------------------------------------------------------------------------------ */

static const char *kind_of(struct bytes label)
{
	if (bytes_is(label, "CERTIFICATE") || bytes_is(label, "X509 CERTIFICATE") ||
		bytes_is(label, "TRUSTED CERTIFICATE"))
		return "certificate";
	if (ends(label, "CERTIFICATE REQUEST"))
		return "csr";
	return ends(label, " KEY") ? "key" : NULL;
}

/* The label of a damaged block, which pem_next does not give: from the text behind at. */
static struct bytes label_at(struct bytes text, size_t at)
{
	struct bytes rest = {text.p + at, text.n - at};
	size_t i = bytes_find(rest, "-----BEGIN ");
	if (i == SIZE_MAX)
		return (struct bytes){.p = NULL};
	rest.p += i + 11;
	rest.n -= i + 11;
	size_t n = bytes_find(rest, "-----");
	rest.n = n == SIZE_MAX ? 0 : n;
	return rest;
}

/* OpenSSL's TRUSTED CERTIFICATE: what it is trusted for stands behind the certificate. */
static struct bytes without_trust(struct bytes der)
{
	struct der d = der_reader(der, NULL);
	struct der_tlv t;
	return der_take(&d, DER_SEQUENCE, "", &t) == 0 ? t.raw : der;
}

static void show_block(struct inspect_input *in, struct bytes text, const struct pem_block *b,
	int n, const struct inspect_certs *beside)
{
	const char *kind = kind_of(b->label), *other = other_block(b->label);
	struct bytes der = buf_bytes(&b->der);
	if (other)
		inspect_failed(in, kind, n, "", other);
	else if (!kind)
		inspect_failed(in, NULL, n, "", "a PEM block that certrescue does not read");
	else if (strcmp(kind, "certificate") == 0)
		inspect_cert(in, ends(b->label, "TRUSTED CERTIFICATE") ? without_trust(der) : der,
			n, beside);
	else if (strcmp(kind, "csr") == 0)
		inspect_csr(in, der, n);
	else if (bytes_is(b->label, "PUBLIC KEY"))
		inspect_public(in, der, n);
	else
		inspect_key(in, (struct bytes){text.p + b->begin, b->end - b->begin}, n);
}

static int show_pem(struct inspect_input *in, struct bytes text)
{
	struct pem_block b = {.begin = 0};
	struct inspect_certs beside = {.n = 0};
	struct error err = ERROR_INIT;
	size_t at = 0, before = 0;
	int rc, n = 0, bad = 0;
	inspect_add_certs(&beside, text, &err); /* those that can be read */
	for (; (rc = pem_next(text, &at, &b, &err)) != 0; before = at) {
		if (rc > 0 && ends(b.label, " PARAMETERS"))
			continue; /* EC PARAMETERS before a key: nothing to say */
		if (rc < 0)
			inspect_failed(in, kind_of(label_at(text, before)), n, "", err.what);
		else
			show_block(in, text, &b, n, &beside);
		n++;
		if (rc < 0 && ++bad == INSPECT_DAMAGED_MAX) {
			inspect_failed(in, NULL, n, "",
				"too many damaged PEM blocks: the rest is not read");
			break;
		}
	}
	pem_block_free(&b);
	inspect_certs_free(&beside);
	return n;
}

/* --- DER ------------------------------------------------------------------------------------ */

static void show_element(
	struct inspect_input *in, struct bytes der, int block, const struct inspect_certs *beside)
{
	struct error err = ERROR_INIT;
	struct csr csr;
	struct spki spki;
	struct cert cert;
	const char *other = other_der(der);
	if (csr_parse(&csr, der, &err) == 0)
		inspect_csr(in, der, block);
	else if (key_present(der))
		inspect_key(in, der, block);
	else if (spki_parse(der, &spki, &err) == 0)
		inspect_public(in, der, block);
	else if (other && cert_parse(&cert, der, &err) < 0)
		inspect_failed(in, NULL, block, "", other);
	else
		inspect_cert(in, der, block, beside);
}

#define ELEMENTS_MAX 1000

/* Line ends and zeros behind the last element do no harm. */
static bool padding(struct bytes rest)
{
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] && rest.p[i] != '\n' && rest.p[i] != '\r')
			return false;
	return true;
}

static void show_der(struct inspect_input *in, struct bytes text)
{
	struct der d = der_reader(text, NULL);
	struct der_tlv t;
	struct inspect_certs beside = {.n = 0};
	struct error err = ERROR_INIT;
	if (der_any(&d, "", &t) < 0) {
		inspect_cert(in, text, -1, &beside); /* says what is wrong, and where */
		return;
	}
	bool alone = padding(d.in);
	inspect_add_certs(&beside, text, &err);
	show_element(in, t.raw, alone ? -1 : 0, &beside);
	for (int n = 1; !padding(d.in); n++) {
		if (n == ELEMENTS_MAX || der_take(&d, DER_SEQUENCE, "", &t) < 0) {
			inspect_failed(in, NULL, n, "",
				n == ELEMENTS_MAX ? "too much behind it: the rest is not read"
						  : "what stands behind it is no DER");
			break;
		}
		show_element(in, t.raw, n, &beside);
	}
	inspect_certs_free(&beside);
}

/* --- one input ------------------------------------------------------------------------------ */

/* One whose YAML is broken: reading it says where. */
static bool kubeconfig_meant(struct bytes text)
{
	return bytes_find(text, "kind: Config") != SIZE_MAX ||
	       (bytes_find(text, "clusters:") != SIZE_MAX &&
		       bytes_find(text, "users:") != SIZE_MAX);
}

static void show_text(struct inspect_input *in, struct bytes text)
{
	const char *other = other_file(text);
	if (show_pem(in, text) > 0)
		return;
	if (other)
		inspect_failed(in, NULL, -1, "", other);
	else if (kubeconfig_is(text) || kubeconfig_meant(text))
		inspect_kubeconfig(in, text);
	else if (text.n && text.p[0] == 0x30)
		show_der(in, text);
	else
		inspect_failed(in, NULL, -1, "",
			text.n ? "no certificate, key, CSR or kubeconfig is in it"
			       : "the file is empty");
}

int inspect_show(struct buf *out, const struct inspect *asked, const char *path, struct bytes text,
	struct error *err)
{
	struct inspect_input in = {
		.asked = asked, .path = path, .json = JSON_INIT(out), .err = err};
	struct secret plain[INSPECT_WRAPPINGS_MAX] = {SECRET_INIT};
	for (int i = 0; i < INSPECT_WRAPPINGS_MAX && inspect_unwrap(text, &plain[i]); i++)
		text = secret_bytes(&plain[i]);
	show_text(&in, text);
	if (asked->chain && !in.chained)
		inspect_wrong(&in, "there is no certificate in it to verify", "");
	if (asked->pair && !in.paired)
		inspect_wrong(&in, "there is nothing in it to pair with the key", "");
	for (int i = 0; i < INSPECT_WRAPPINGS_MAX; i++)
		secret_free(&plain[i]);
	return in.wrong ? -1 : 0;
}
