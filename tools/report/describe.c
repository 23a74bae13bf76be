// SPDX-License-Identifier: MIT
// describe: certificates, requests and keys as cfssl certinfo would show them, and some more.
#include <stdlib.h>

#include "pki/der.h"
#include "pki/spki.h"
#include "report/describe.h"

/* --- names ---------------------------------------------------------------------------------- */

static void put_if(struct json *j, struct bytes name, const char *type, const char *key)
{
	struct buf text = BUF_INIT;
	cert_name_values(&text, name, type);
	if (text.n) {
		json_key(j, key);
		json_bytes(j, buf_bytes(&text));
	}
	buf_free(&text);
}

/* The value of one AttributeTypeAndValue: a Name of it alone, as text, without its type. */
static void put_attribute(struct json *j, struct bytes pair)
{
	struct buf name = BUF_INIT, text = BUF_INIT, value = BUF_INIT;
	der_put_raw(&name, pair);
	der_wrap(&name, 0, DER_SET);
	der_wrap(&name, 0, DER_SEQUENCE);
	cert_name_text(&text, buf_bytes(&name));
	size_t equals = bytes_find(buf_bytes(&text), "=");
	if (equals != SIZE_MAX) {
		char *type = xstrndup(buf_text(&text), equals);
		cert_name_values(&value, buf_bytes(&name), type);
		if (value.n == 0) /* a type without a short name */
			buf_add(&value, text.p + equals + 1, text.n - equals - 1);
		json_bytes(j, buf_bytes(&value));
		free(type);
	}
	buf_free(&name);
	buf_free(&text);
	buf_free(&value);
}

static void put_name(struct json *j, const char *key, struct bytes name)
{
	struct der d = der_reader(name, NULL), rdns, rdn;
	struct der_tlv pair;
	json_key(j, key);
	json_object(j);
	put_if(j, name, "CN", "common_name");
	put_if(j, name, "SERIALNUMBER", "serial_number");
	put_if(j, name, "C", "country");
	put_if(j, name, "O", "organization");
	put_if(j, name, "OU", "organizational_unit");
	put_if(j, name, "L", "locality");
	put_if(j, name, "ST", "province");
	put_if(j, name, "STREET", "street_address");
	put_if(j, name, "POSTALCODE", "postal_code");
	if (der_enter(&d, DER_SEQUENCE, "name", &rdns) == 0 && rdns.in.n > 0) {
		json_key(j, "names");
		json_array(j);
		while (rdns.in.n > 0 && der_enter(&rdns, DER_SET, "name", &rdn) == 0)
			while (rdn.in.n > 0 && der_any(&rdn, "name", &pair) == 0)
				put_attribute(j, pair.raw);
		json_end(j, ']');
	}
	json_end(j, '}');
}

/* As certinfo: host names first, then addresses; ours: then what else there is. */
static void put_sans(struct json *j, struct bytes san)
{
	static const enum san_kind order[] = {SAN_DNS, SAN_IP, SAN_URI, SAN_EMAIL, SAN_OTHER};
	json_key(j, "sans");
	json_array(j);
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		struct bytes rest = san, value;
		enum san_kind kind;
		while (rest.p && rest.n && cert_san_next(&rest, &kind, &value) > 0) {
			struct buf text = BUF_INIT;
			if (kind != order[i])
				continue;
			cert_san_text(&text, kind, value);
			size_t colon = bytes_find(buf_bytes(&text), ":");
			colon = colon == SIZE_MAX ? 0 : colon + 1;
			json_bytes(j, (struct bytes){text.p + colon, text.n - colon});
			buf_free(&text);
		}
	}
	json_end(j, ']');
}

/* --- the rest of a certificate -------------------------------------------------------------- */

static void put_key_id(struct json *j, const char *key, struct bytes id)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; id.p && i < id.n; i++)
		buf_printf(&text, "%s%02X", i ? ":" : "", id.p[i]);
	json_put(j, key, buf_text(&text));
	buf_free(&text);
}

/* cfssl/helpers: SignatureString. */
static const char *signature(enum sig_alg sig)
{
	static const char *const names[] = {
		[SIG_RSA_SHA1] = "SHA1WithRSA",
		[SIG_RSA_SHA256] = "SHA256WithRSA",
		[SIG_RSA_SHA384] = "SHA384WithRSA",
		[SIG_RSA_SHA512] = "SHA512WithRSA",
		[SIG_ECDSA_SHA1] = "ECDSAWithSHA1",
		[SIG_ECDSA_SHA256] = "ECDSAWithSHA256",
		[SIG_ECDSA_SHA384] = "ECDSAWithSHA384",
		[SIG_ECDSA_SHA512] = "ECDSAWithSHA512",
		[SIG_ED25519] = "Ed25519",
		[SIG_RSA_PSS] = "RSA-PSS",
		[SIG_RSA_MD2] = "MD2WithRSA",
		[SIG_RSA_MD5] = "MD5WithRSA",
		[SIG_DSA_SHA1] = "DSAWithSHA1",
		[SIG_DSA_SHA256] = "DSAWithSHA256",
	};
	const char *name = (size_t)sig < sizeof(names) / sizeof(*names) ? names[sig] : NULL;
	return name ? name : "Unknown Signature";
}

struct bit {
	unsigned bit;
	const char *name;
};

static const struct bit key_usages[] = {
	{KU_DIGITAL_SIGNATURE, "digital signature"},
	{KU_CONTENT_COMMITMENT, "content commitment"},
	{KU_KEY_ENCIPHERMENT, "key encipherment"},
	{KU_DATA_ENCIPHERMENT, "data encipherment"},
	{KU_KEY_AGREEMENT, "key agreement"},
	{KU_CERT_SIGN, "cert sign"},
	{KU_CRL_SIGN, "crl sign"},
	{KU_ENCIPHER_ONLY, "encipher only"},
	{KU_DECIPHER_ONLY, "decipher only"},
	{0, NULL},
};

static const struct bit ext_key_usages[] = {
	{EKU_ANY, "any"},
	{EKU_SERVER, "server auth"},
	{EKU_CLIENT, "client auth"},
	{EKU_CODE_SIGNING, "code signing"},
	{EKU_EMAIL, "email protection"},
	{EKU_TIME_STAMPING, "timestamping"},
	{EKU_OCSP_SIGNING, "ocsp signing"},
	{EKU_OTHER, "other"},
	{0, NULL},
};

static void put_bits(struct json *j, const char *key, unsigned bits, const struct bit *table)
{
	json_key(j, key);
	json_array(j);
	for (; table->name; table++)
		if (bits & table->bit)
			json_string(j, table->name);
	json_end(j, ']');
}

static void put_constraints(struct json *j, const struct cert *c)
{
	json_key(j, "basic_constraints");
	if (!c->has_bc) {
		json_null(j);
		return;
	}
	json_object(j);
	json_put_bool(j, "is_ca", c->is_ca);
	if (c->path_len >= 0)
		json_put_int(j, "path_len", c->path_len);
	json_end(j, '}');
}

void describe_algorithm(struct json *j, struct bytes spki)
{
	struct spki s;
	struct buf text = BUF_INIT;
	char name[32];
	if (spki_parse(spki, &s, NULL) == 0 && s.alg == KEY_OTHER)
		spki_kind_text(&text, &s);
	else
		buf_str(&text, cert_key_text(s.alg, s.bits, name));
	json_put(j, "key", buf_text(&text));
	buf_free(&text);
}

void describe_cert(struct json *j, const struct cert *c)
{
	struct buf serial = BUF_INIT;
	char digest[2 * SHA256_SIZE + 1];
	cert_serial_decimal(&serial, c->serial);
	sha256_hex(c->raw, digest);
	put_name(j, "subject", c->subject);
	put_name(j, "issuer", c->issuer);
	json_put(j, "serial_number", buf_text(&serial));
	put_sans(j, c->san);
	json_put_time(j, "not_before", c->not_before);
	json_put_time(j, "not_after", c->not_after);
	json_put(j, "sigalg", signature(c->sig));
	put_key_id(j, "authority_key_id", c->aki);
	put_key_id(j, "subject_key_id", c->ski);
	put_bits(j, "key_usage", c->has_ku ? c->ku : 0, key_usages);
	put_bits(j, "ext_key_usage", c->has_eku ? c->eku : 0, ext_key_usages);
	put_constraints(j, c);
	describe_algorithm(j, c->spki);
	json_put(j, "sha256", digest);
	buf_free(&serial);
}

static void put_spki(struct json *j, struct bytes spki)
{
	char digest[2 * SHA256_SIZE + 1];
	sha256_hex(spki, digest);
	json_put(j, "spki_sha256", digest);
}

void describe_csr(struct json *j, const struct csr *c)
{
	put_name(j, "subject", c->subject);
	put_sans(j, c->san);
	json_put(j, "sigalg", signature(c->sig));
	describe_algorithm(j, c->spki);
	put_spki(j, c->spki);
}

void describe_key(struct json *j, const struct key *k)
{
	describe_algorithm(j, buf_bytes(&k->spki));
	json_put(j, "form", k->form == KEY_FORM_PKCS8 ? "pkcs8" : "traditional");
	json_put_bool(j, "encrypted", k->was_encrypted);
	put_spki(j, buf_bytes(&k->spki));
}
