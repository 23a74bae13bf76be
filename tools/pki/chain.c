// SPDX-License-Identifier: MIT
// chain: builds and judges chains in the order in which Go's Certificate.Verify does.
#include <string.h>

#include "base/clock.h"
#include "pki/bearssl.h"
#include "pki/chain.h"
#include "pki/match.h"
#include "pki/mbedtls.h"
#include "pki/spki.h"

#define DEPTH_MAX 8
#define CHECKS_MAX 100 /* signatures, as in Go: bounds the search through cross-signed CAs */

/* P-256 by BearSSL, which is twice as fast there (and not the library of opinion.h); else mbedTLS.
 */
static bool verify(const struct cert *c, const struct cert *ca)
{
	struct spki key;
	struct error ignored = ERROR_INIT;
	bool ecdsa = c->sig == SIG_ECDSA_SHA256 || c->sig == SIG_ECDSA_SHA384 ||
		     c->sig == SIG_ECDSA_SHA512;
	if (ca->key != KEY_P256 || !ecdsa || spki_parse(ca->spki, &key, &ignored))
		return mbed_verify(ca->spki, c->sig, c->tbs, c->signature);
	return bearssl_ec_verify(KEY_P256, key.key, c->sig, c->tbs, c->signature);
}

/*
 * Signatures that were found good in this process: a node is read before and after a rescue, and
 * its certificates do not change in between. Verifying is what most of the time goes into
 * otherwise.
 */
#define GOOD_MAX 256
static uint8_t good[GOOD_MAX][SHA256_SIZE];
static size_t n_good;

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
	struct error *err;
	bool told; /* err holds the reason of the first candidate that failed */
};

static int no(struct search *s, const char *fmt, const struct cert *c, const char *more)
{
	struct buf name = BUF_INIT;
	if (s->told)
		return -1;
	cert_name_text(&name, c->subject);
	error_set(s->err, ERR_FAILED, NULL, NULL, fmt, buf_text(&name), more);
	buf_free(&name);
	s->told = true;
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

static int check_signature(struct search *s, const struct cert *c, const struct cert *ca)
{
	if (c->sig == SIG_RSA_SHA1 || c->sig == SIG_ECDSA_SHA1)
		return no(
			s, "\"%s\" is signed with %s, which Go refuses", c, cert_sig_text(c->sig));
	if (c->sig == SIG_ED25519 || c->sig == SIG_RSA_PSS || c->sig == SIG_OTHER)
		return no(s, "\"%s\" is signed with an algorithm (%s) that is not verified here", c,
			cert_sig_text(c->sig));
	if (!chain_signed_by(c, ca))
		return no(s, "\"%s\" is not signed by the key of the CA that it names%s", c, "");
	return 0;
}

/* May ca, above the n certificates that the chain has, be a CA? */
static int check_ca(struct search *s, const struct cert *ca, bool root)
{
	/* Only a trusted one may be of version 1, which knows no CA bit. */
	if (((ca->version == 3 || !root) && !ca->has_bc) || (ca->has_bc && !ca->is_ca))
		return no(s, "\"%s\" is not a CA%s", ca, "");
	if (ca->has_ku && ca->ku && !(ca->ku & KU_CERT_SIGN))
		return no(s, "\"%s\" may not sign certificates%s", ca, "");
	if (ca->unknown_critical)
		return no(s, "\"%s\" has an unknown critical extension%s", ca, "");
	if (ca->path_len >= 0 && s->n > (size_t)ca->path_len + 1)
		return no(s, "\"%s\" does not allow a chain that long%s", ca, "");
	if (check_time(s, ca) < 0)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		struct error err = ERROR_INIT;
		if (match_constraints(ca, s->chain[i], &err) < 0)
			return no(s, "under \"%s\": %s", ca, err.what);
	}
	return 0;
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
		s->told = false; /* says more than why the first of so many failed */
		return no(s, "the chain above \"%s\" is too long or too tangled%s", last, "");
	}
	if (check_ca(s, ca, root) < 0 || check_signature(s, last, ca) < 0)
		return -1;
	s->chain[s->n++] = ca;
	int rc = root ? check_purpose(s) : extend(s);
	s->n--;
	return rc;
}

/* Looks for a way from the last certificate of the chain to a root. */
static int extend(struct search *s)
{
	const struct chain_ask *ask = s->ask;
	for (size_t i = 0; i < ask->n_roots; i++)
		if (try_issuer(s, &ask->roots[i], true) == 0)
			return 0;
	for (size_t i = 0; i < ask->n_untrusted; i++)
		if (try_issuer(s, &ask->untrusted[i], false) == 0)
			return 0;
	if (s->told)
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
	if (leaf->unknown_critical)
		return no(&s, "\"%s\" has an unknown critical extension%s", leaf, "");
	if (check_time(&s, leaf) < 0 || check_names(&s, leaf) < 0)
		return -1;
	for (size_t i = 0; i < ask->n_roots; i++)
		if (bytes_equal(leaf->raw, ask->roots[i].raw))
			return check_purpose(&s);
	return extend(&s);
}
