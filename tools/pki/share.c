// SPDX-License-Identifier: MIT
// share: secrets split and joined, and the words that shares are written with.
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "pki/cert.h"
#include "pki/share.h"
#include "pki/share_text.h"
#include "pki/words.h"

#define DIGEST 3
#define SPLIT (SHARE_SECRET + DIGEST) /* octets that are split, from octets[HEADER] on */
#define HEADER 3
#define CHECK (HEADER + SPLIT) /* where the check words stand */

/* --- GF(256): no table, no branch, so that time tells nothing ------------------------------- */

static uint8_t times(uint8_t a, uint8_t b)
{
	uint8_t product = 0;
	for (int i = 0; i < 8; i++) {
		product ^= a & (uint8_t) - (b >> i & 1);
		a = (uint8_t)(a << 1 ^ (0x1d & -(a >> 7)));
	}
	return product;
}

/* 1 / a, as a to the 254th; of 0 it is 0. */
static uint8_t inverse(uint8_t a)
{
	uint8_t power = a, result = 1;
	for (int i = 0; i < 7; i++) {
		power = times(power, power);
		result = times(result, power);
	}
	return result;
}

/* The polynomial through (x[i], 1) and zero at the other x[j], at the place at. */
static uint8_t basis(const uint8_t x[], size_t n, size_t i, uint8_t at)
{
	uint8_t above = 1, below = 1;
	for (size_t j = 0; j < n; j++) {
		if (j == i)
			continue;
		above = times(above, at ^ x[j]);
		below = times(below, x[i] ^ x[j]);
	}
	return times(above, inverse(below));
}

/* --- check words ---------------------------------------------------------------------------- */

/* Both sums over the first n octets: they are zero over all of a good share. */
static void sums(const struct share *s, size_t n, uint8_t *plain, uint8_t *weighted)
{
	uint8_t weight = 1;
	*plain = *weighted = 0;
	for (size_t i = 0; i < n; i++, weight = times(weight, 2)) {
		*plain ^= s->octets[i];
		*weighted ^= times(s->octets[i], weight);
	}
}

static uint8_t weight_of(size_t place)
{
	uint8_t weight = 1;
	while (place--)
		weight = times(weight, 2);
	return weight;
}

/* a + b = plain, a 2^22 + b 2^23 = weighted */
static void put_check(struct share *s)
{
	uint8_t plain, weighted, first = weight_of(CHECK), second = weight_of(CHECK + 1);
	sums(s, CHECK, &plain, &weighted);
	uint8_t b = times(weighted ^ times(plain, first), inverse(first ^ second));
	s->octets[CHECK] = plain ^ b;
	s->octets[CHECK + 1] = b;
}

static int verify_check(const struct share *s, struct error *err)
{
	uint8_t plain, weighted;
	sums(s, SHARE_WORDS, &plain, &weighted);
	if (!plain && !weighted)
		return 0;
	for (size_t i = 0; i < SHARE_WORDS; i++)
		if (times(plain, weight_of(i)) == weighted && plain)
			return error_set(err, ERR_FAILED, NULL,
				"compare every word with the paper, that one first",
				"the check words do not fit; if one word alone is wrong, it is "
				"word %zu",
				i + 1);
	return error_set(err, ERR_FAILED, NULL, "compare every word with the paper",
		"the check words do not fit: two or more words are wrong, or have changed places");
}

/* --- the header ----------------------------------------------------------------------------- */

int share_needed(const struct share *s)
{
	return (s->octets[2] >> 4) + 1;
}

int share_number(const struct share *s)
{
	return (s->octets[2] & 15) + 1;
}

const char *share_set(const struct share *s, char text[SHARE_SET])
{
	snprintf(text, SHARE_SET, "%s %s", words[s->octets[0]], words[s->octets[1]]);
	return text;
}

int share_check(const struct share *s, struct error *err)
{
	if (verify_check(s, err) < 0)
		return -1;
	if (share_needed(s) < SHARE_LEAST)
		return error_set(err, ERR_FAILED, NULL, "is it a share of another program?",
			"the third word says that one share is enough, which is never so");
	return 0;
}

/* --- splitting ------------------------------------------------------------------------------ */

static void digest_of(const uint8_t secret[SHARE_SECRET], uint8_t to[DIGEST])
{
	static const char purpose[] = "certrescue share";
	uint8_t text[sizeof(purpose) + SHARE_SECRET], digest[SHA256_SIZE];
	memcpy(text, purpose, sizeof(purpose));
	memcpy(text + sizeof(purpose), secret, SHARE_SECRET);
	sha256((struct bytes){text, sizeof(text)}, digest);
	memcpy(to, digest, DIGEST);
	wipe(text, sizeof(text));
	wipe(digest, sizeof(digest));
}

/* Eight groups of four hexadecimal digits. */
static void put_passphrase(struct secret *to, const uint8_t secret[SHARE_SECRET])
{
	secret_alloc(to, 3 * SHARE_SECRET);
	for (size_t i = 0; i < SHARE_SECRET; i++)
		to->n += (size_t)snprintf((char *)to->p + to->n, to->cap - to->n, "%s%02x",
			i && i % 2 == 0 ? "-" : "", secret[i]);
}

/* What is split, and the coefficients of one polynomial for each of its octets. */
struct split {
	uint8_t coefficients[SHARE_MOST][SPLIT];
	struct share share;
};

static void make_share(struct split *s, int m, int number, const uint8_t set[2])
{
	uint8_t *y = s->share.octets + HEADER;
	memcpy(s->share.octets, set, 2);
	s->share.octets[2] = (uint8_t)((m - 1) << 4 | (number - 1));
	memset(y, 0, SPLIT);
	for (int degree = m - 1; degree >= 0; degree--)
		for (size_t i = 0; i < SPLIT; i++)
			y[i] = times(y[i], (uint8_t)number) ^ s->coefficients[degree][i];
	put_check(&s->share);
}

int share_split(int m, int n, struct secret *passphrase, struct secret lines[], struct error *err)
{
	struct secret memory = SECRET_INIT;
	uint8_t set[2];
	if (m < SHARE_LEAST || m > n || n > SHARE_MOST)
		return error_set(err, ERR_FAILED, NULL,
			"for example 2 of 3: two open it, and one may be lost",
			"%d of %d shares cannot be made: between %d and %d, and not more to open "
			"it than there are",
			m, n, SHARE_LEAST, SHARE_MOST);
	secret_alloc(&memory, sizeof(struct split));
	struct split *s = (void *)memory.p;
	random_bytes(set, sizeof(set));
	random_bytes(s->coefficients, (size_t)m * SPLIT);
	digest_of(s->coefficients[0], s->coefficients[0] + SHARE_SECRET);
	put_passphrase(passphrase, s->coefficients[0]);
	for (int i = 0; i < n; i++) {
		make_share(s, m, i + 1, set);
		share_write(&lines[i], &s->share);
	}
	secret_free(&memory);
	return 0;
}

/* --- joining -------------------------------------------------------------------------------- */

static int check_same_set(const struct share *a, const struct share *b, struct error *err)
{
	char one[SHARE_SET], other[SHARE_SET];
	if (memcmp(a->octets, b->octets, 2) == 0 && share_needed(a) == share_needed(b))
		return 0;
	return error_set(err, ERR_FAILED, NULL,
		"the first two words of a share name its set: bring shares of one set",
		"the shares are of different sets: share %d of \"%s\" and share %d of \"%s\"",
		share_number(a), share_set(a, one), share_number(b), share_set(b, other));
}

int share_fits(const struct share before[], size_t n, const struct share *next, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		if (check_same_set(&before[i], next, err) < 0)
			return -1;
		if (share_number(&before[i]) == share_number(next))
			return error_set(err, ERR_FAILED, NULL, "bring another share",
				"share %d is given twice", share_number(next));
	}
	return 0;
}

static int check_enough(const struct share v[], size_t n, struct error *err)
{
	if (n >= (size_t)share_needed(&v[0]))
		return 0;
	struct buf numbers = BUF_INIT;
	for (size_t i = 0; i < n; i++)
		buf_printf(&numbers, "%s%d", i ? ", " : "", share_number(&v[i]));
	error_set(err, ERR_FAILED, NULL, "bring more shares of the same set",
		"%d shares are needed to open it, and %zu given (number %s)", share_needed(&v[0]),
		n, buf_text(&numbers));
	buf_free(&numbers);
	return -1;
}

/* The split octets at a place, by the first m shares; at 0 it is what was split. */
static void interpolate(const struct share v[], uint8_t at, uint8_t to[SPLIT])
{
	size_t m = (size_t)share_needed(&v[0]);
	uint8_t x[SHARE_MOST];
	for (size_t i = 0; i < m; i++)
		x[i] = (uint8_t)share_number(&v[i]);
	memset(to, 0, SPLIT);
	for (size_t i = 0; i < m; i++) {
		uint8_t factor = basis(x, m, i, at);
		for (size_t k = 0; k < SPLIT; k++)
			to[k] ^= times(factor, v[i].octets[HEADER + k]);
	}
}

/* Does the secret have its digest, and every share beyond the first m lie where they say? */
static bool agree(const struct share v[], size_t n, uint8_t got[SPLIT])
{
	uint8_t want[SPLIT];
	bool same = true;
	for (size_t i = (size_t)share_needed(&v[0]); i < n; i++) {
		interpolate(v, (uint8_t)share_number(&v[i]), want);
		same &= memcmp(want, v[i].octets + HEADER, SPLIT) == 0;
	}
	interpolate(v, 0, got);
	digest_of(got, want);
	same &= memcmp(want, got + SHARE_SECRET, DIGEST) == 0;
	wipe(want, sizeof(want));
	return same;
}

int share_join(const struct share v[], size_t n, struct secret *passphrase, struct error *err)
{
	uint8_t got[SPLIT];
	int rc = 0;
	if (n == 0)
		return error_set(err, ERR_FAILED, NULL, "bring the shares", "no share is given");
	for (size_t i = 1; i < n; i++)
		if (share_fits(v, i, &v[i], err) < 0)
			return -1;
	if (check_enough(v, n, err) < 0)
		return -1;
	if (agree(v, n, got))
		put_passphrase(passphrase, got);
	else
		rc = error_set(err, ERR_FAILED, NULL,
			"try other shares of the set, to find the one that is wrong",
			"the shares do not fit each other: one of them was copied wrong or "
			"altered, though its check words fit");
	wipe(got, sizeof(got));
	return rc;
}
