// SPDX-License-Identifier: MIT
// chain: builds and judges chains in the order in which Go's Certificate.Verify does.
#include <string.h>

#include "base/clock.h"
#include "pki/bearssl.h"
#include "pki/chain.h"
#include "pki/der.h"
#include "pki/lint.h"
#include "pki/match.h"
#include "pki/mbedtls.h"
#include "pki/oid.h"
#include "pki/spki.h"

#define CHECKS_MAX 100 /* signatures, as in Go: bounds the search through cross-signed CAs */
#define DEPTH_MAX (CHECKS_MAX + 1)
#define RSA_BITS_MIN 1024
#define RSA_BITS_MAX 8192 /* mbedTLS's */

static bool is_ecdsa(enum sig_alg sig)
{
	return sig == SIG_ECDSA_SHA256 || sig == SIG_ECDSA_SHA384 || sig == SIG_ECDSA_SHA512;
}

/* SEQUENCE of two minimal, positive INTEGERs: libraries take more than that, Go does not. */
static bool ecdsa_form(struct bytes signature)
{
	struct der d = der_reader(signature, NULL), seq;
	struct der_tlv r, s;
	return der_enter(&d, DER_SEQUENCE, "", &seq) == 0 && der_end(&d, "") == 0 &&
	       der_take(&seq, DER_INTEGER, "", &r) == 0 && lint_positive(r.body) &&
	       der_take(&seq, DER_INTEGER, "", &s) == 0 && lint_positive(s.body) &&
	       der_end(&seq, "") == 0;
}

/* P-256 by BearSSL, which is twice as fast there (and not the library of opinion.h); else mbedTLS.
 */
static bool verify(const struct cert *c, const struct cert *ca)
{
	struct spki key;
	struct error ignored = ERROR_INIT;
	if (is_ecdsa(c->sig) && !ecdsa_form(c->signature))
		return false;
	if (ca->key != KEY_P256 || !is_ecdsa(c->sig) || spki_parse(ca->spki, &key, &ignored))
		return mbed_verify(ca->spki, c->sig, c->tbs, c->signature);
	return bearssl_ec_verify(KEY_P256, key.key, c->sig, c->tbs, c->signature);
}

/*
 * Signatures that were found good in this process: a node is read before and after a rescue, and
 * its certificates do not change in between. Verifying is what most of the time goes into
 * otherwise.
 */
#define GOOD_MAX 256
static _Thread_local uint8_t good[GOOD_MAX][SHA256_SIZE];
static _Thread_local size_t n_good;

static bool verify_once(const struct cert *c, const struct cert *ca)
{
	struct buf both = BUF_INIT;
	uint8_t id[SHA256_SIZE];
	buf_add(&both, c->raw.p, c->raw.n);
	buf_add(&both, ca->spki.p, ca->spki.n);
	sha256(buf_bytes(&both), id);
	buf_free(&both);
	for (size_t i = 0; i < n_good; i++)
		if (memcmp(good[i], id, SHA256_SIZE) == 0)
			return true;
	if (!verify(c, ca))
		return false;
	if (n_good < GOOD_MAX)
		memcpy(good[n_good++], id, SHA256_SIZE);
	return true;
}

bool chain_signed_by(const struct cert *c, const struct cert *ca)
{
	return bytes_equal(c->issuer, ca->subject) && bytes_equal(c->sigalg, c->sigalg_outer) &&
	       verify_once(c, ca);
}

struct search {
	const struct chain_ask *ask;
	const struct cert *chain[DEPTH_MAX];
	size_t n;
	int checks;
	bool signed_by; /* the candidate at hand has signed the last of the chain */
	struct error *err;
	size_t told; /* how far the chain had come whose reason err holds; 0: none yet */
};

/* Of several ways that failed, the one that came farthest gives the reason. */
static int no(struct search *s, const char *fmt, const struct cert *c, const char *more)
{
	struct buf name = BUF_INIT;
	size_t far = 2 * s->n + s->signed_by;
	if (far <= s->told)
		return -1;
	s->told = far;
	cert_name_text(&name, c->subject);
	error_set(s->err, ERR_FAILED, NULL, NULL, fmt, buf_text(&name), more);
	buf_free(&name);
	return -1;
}

static int check_time(struct search *s, const struct cert *c)
{
	char text[CLOCK_TEXT];
	if (s->ask->now < c->not_before)
		return no(s, "\"%s\" is not valid before %s", c, clock_text(c->not_before, text));
	if (s->ask->now > c->not_after)
		return no(s, "\"%s\" expired %s", c, clock_text(c->not_after, text));
	return 0;
}

/* Can the key of ca verify anything here, and in Go? */
static int check_key(struct search *s, const struct cert *ca)
{
	struct spki key;
	struct error err = ERROR_INIT;
	if (spki_parse(ca->spki, &key, &err) < 0)
		return no(s, "\"%s\": %s", ca, err.what);
	if (ca->key == KEY_OTHER || ca->key == KEY_ED25519) {
		struct buf text = BUF_INIT;
		spki_kind_text(&text, &key);
		no(s, "the key of \"%s\" is of a kind (%s) that is not verified here", ca,
			buf_text(&text));
		buf_free(&text);
		return -1;
	}
	if (ca->key != KEY_RSA)
		return 0;
	if (ca->key_bits < RSA_BITS_MIN)
		return no(s, "the RSA key of \"%s\" has less than 1024 bits, which Go refuses%s",
			ca, "");
	if (ca->key_bits > RSA_BITS_MAX)
		return no(s, "the RSA key of \"%s\" has more than 8192 bits: not verified here%s",
			ca, "");
	struct bytes e = der_magnitude(key.e);
	if (e.n > 4 || (e.n == 4 && e.p[0] & 0x80))
		return no(s, "the RSA exponent of \"%s\" is above 2^31 - 1, which Go refuses%s", ca,
			"");
	return 0;
}

static int check_signature(struct search *s, const struct cert *c, const struct cert *ca)
{
	switch (c->sig) {
	case SIG_RSA_MD2:
	case SIG_RSA_MD5:
	case SIG_RSA_SHA1:
	case SIG_ECDSA_SHA1:
	case SIG_DSA_SHA1:
	case SIG_DSA_SHA256:
		return no(
			s, "\"%s\" is signed with %s, which Go refuses", c, cert_sig_text(c->sig));
	case SIG_ED25519:
	case SIG_RSA_PSS:
	case SIG_OTHER:
		return no(s, "\"%s\" is signed with an algorithm (%s) that is not verified here", c,
			cert_sig_text(c->sig));
	default:
		break;
	}
	if (check_key(s, ca) < 0)
		return -1;
	if (!chain_signed_by(c, ca))
		return no(s, "\"%s\" is not signed by the key of the CA that it names%s", c, "");
	return 0;
}

static bool has_extension(const struct cert *c, enum oid id)
{
	struct bytes rest = c->extensions;
	struct cert_ext ext;
	while (c->version == 3 && cert_ext_next(&rest, &ext))
		if (oid_find(ext.oid) == id)
			return true;
	return false;
}

/* What would bind the policies of a chain is judged by Go since 1.24, and not here. */
static int check_policies(struct search *s, const struct cert *c)
{
	if (has_extension(c, OID_EXT_POLICY_CONSTRAINTS) || has_extension(c, OID_EXT_MAPPINGS))
		return no(s,
			"\"%s\" has policy constraints or mappings, which are not judged here%s", c,
			"");
	return 0;
}

static int check_names_allowed(struct search *s, const struct cert *ca)
{
	long left = MATCH_COMPARISONS_MAX;
	for (size_t i = 0; i < s->n; i++) {
		struct error err = ERROR_INIT;
		if (match_constraints(ca, s->chain[i], &left, &err) < 0)
			return no(s, "under \"%s\": %s", ca, err.what);
	}
	return 0;
}

/* May ca sign certificates at all? */
static int check_ca(struct search *s, const struct cert *ca, bool root)
{
	struct error err = ERROR_INIT;
	if (lint_cert(ca, &err) < 0)
		return no(s, "\"%s\": %s", ca, err.what);
	/* Only a trusted one may be of version 1 or 2, where there is no CA bit. */
	if (((ca->version == 3 || !root) && !ca->has_bc) || (ca->has_bc && !ca->is_ca))
		return no(s, "\"%s\" is not a CA%s", ca, "");
	/* A key usage without any bit does not count, in Go. */
	if (ca->has_ku && ca->ku && !(ca->ku & KU_CERT_SIGN))
		return no(s, "\"%s\" may not sign certificates%s", ca, "");
	return 0;
}

/* May ca, which has signed the last of the chain, stand above it? */
static int check_place(struct search *s, const struct cert *ca, bool root)
{
	if (ca->unknown_critical)
		return no(s, "\"%s\" has an unknown critical extension%s", ca, "");
	if (check_time(s, ca) < 0)
		return -1;
	if (ca->path_len >= 0 && s->n > (size_t)ca->path_len + 1)
		return no(s, "\"%s\" does not allow a chain that long%s", ca, "");
	if (!root && check_policies(s, ca) < 0)
		return -1;
	return check_names_allowed(s, ca);
}

/* EKU nesting: who lists purposes, restricts what is below; who lists none, does not. */
static int check_purpose(struct search *s)
{
	unsigned want = s->ask->purpose;
	if (want & EKU_ANY || want == 0)
		return 0;
	for (size_t i = s->n; i-- > 0;) {
		const struct cert *c = s->chain[i];
		if (c->eku == 0 || c->eku & EKU_ANY || (c->eku & want) == want)
			continue;
		return no(s, "\"%s\" is not for %s", c,
			want & ~c->eku & EKU_SERVER   ? "servers (serverAuth)"
			: want & ~c->eku & EKU_CLIENT ? "clients (clientAuth)"
						      : "this purpose");
	}
	return 0;
}

static bool in_chain(const struct search *s, const struct cert *c)
{
	for (size_t i = 0; i < s->n; i++)
		if (bytes_equal(s->chain[i]->subject, c->subject) &&
			bytes_equal(s->chain[i]->spki, c->spki) &&
			bytes_equal(s->chain[i]->san, c->san))
			return true;
	return false;
}

static int extend(struct search *s);

/* 1: not its issuer by name; 0: a whole chain was found through it; -1: it failed. */
static int try_issuer(struct search *s, const struct cert *ca, bool root)
{
	const struct cert *last = s->chain[s->n - 1];
	if (!bytes_equal(last->issuer, ca->subject) || in_chain(s, ca))
		return 1;
	if (s->n == DEPTH_MAX || ++s->checks > CHECKS_MAX) {
		s->told = 0; /* says more than why one of so many failed */
		return no(s, "the chain above \"%s\" is too long or too tangled%s", last, "");
	}
	s->signed_by = false;
	if (check_ca(s, ca, root) < 0 || check_signature(s, last, ca) < 0)
		return -1;
	s->signed_by = true;
	if (check_place(s, ca, root) < 0)
		return -1;
	s->chain[s->n++] = ca;
	s->signed_by = false;
	int rc = root ? check_purpose(s) : extend(s);
	s->n--;
	return rc;
}

/* 0: the key ids agree; 1: one of the two has none; 2: they differ. In this order Go tries. */
static int key_id_rank(const struct cert *c, const struct cert *ca)
{
	if (bytes_equal(c->aki, ca->ski))
		return 0;
	return c->aki.n && ca->ski.n ? 2 : 1;
}

static int try_all(struct search *s, const struct cert *cas, size_t n, bool root)
{
	const struct cert *last = s->chain[s->n - 1];
	for (int rank = 0; rank < 3; rank++)
		for (size_t i = 0; i < n; i++)
			if (key_id_rank(last, &cas[i]) == rank && try_issuer(s, &cas[i], root) == 0)
				return 0;
	return -1;
}

/* Looks for a way from the last certificate of the chain to a root. */
static int extend(struct search *s)
{
	const struct chain_ask *ask = s->ask;
	int before = s->checks;
	if (try_all(s, ask->roots, ask->n_roots, true) == 0 ||
		try_all(s, ask->untrusted, ask->n_untrusted, false) == 0)
		return 0;
	if (s->checks > before)
		return -1;
	struct buf issuer = BUF_INIT;
	cert_name_text(&issuer, s->chain[s->n - 1]->issuer);
	no(s, "\"%s\" is issued by \"%s\", which is not among the CAs given", s->chain[s->n - 1],
		buf_text(&issuer));
	buf_free(&issuer);
	return -1;
}

static int check_names(struct search *s, const struct cert *leaf)
{
	for (size_t i = 0; i < s->ask->n_names; i++)
		if (!match_host(leaf, s->ask->names[i]))
			return no(s,
				leaf->san.n ? "\"%s\" is not valid for %s"
					    : "\"%s\" has no subject alternative names, so it is "
					      "not valid for %s",
				leaf, s->ask->names[i]);
	return 0;
}

int chain_verify(const struct cert *leaf, const struct chain_ask *ask, struct error *err)
{
	struct search s = {.ask = ask, .chain = {leaf}, .n = 1, .err = err};
	struct error broken = ERROR_INIT;
	if (lint_cert(leaf, &broken) < 0)
		return no(&s, "\"%s\": %s", leaf, broken.what);
	if (leaf->unknown_critical)
		return no(&s, "\"%s\" has an unknown critical extension%s", leaf, "");
	if (check_time(&s, leaf) < 0 || check_names(&s, leaf) < 0)
		return -1;
	for (size_t i = 0; i < ask->n_roots; i++)
		if (bytes_equal(leaf->raw, ask->roots[i].raw))
			return check_purpose(&s);
	return check_policies(&s, leaf) < 0 ? -1 : extend(&s);
}
