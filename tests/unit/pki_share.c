// SPDX-License-Identifier: MIT
// Shares: any m of n give the passphrase, fewer say nothing of it, and openssl takes what is
// joined.
#include "pki/seal.h"
#include "share.h"

/* --- splitting and joining ------------------------------------------------------------------ */

static int join(const struct secret lines[], const int take[], size_t n, struct secret *passphrase,
	struct error *err)
{
	struct share v[SHARE_MOST];
	*err = (struct error)ERROR_INIT;
	for (size_t i = 0; i < n; i++)
		if (share_read(&v[i], secret_bytes(&lines[take[i]]), err) < 0)
			return -1;
	return share_join(v, n, passphrase, err);
}

static void free_lines(struct secret lines[], int n)
{
	for (int i = 0; i < n; i++)
		secret_free(&lines[i]);
}

/* Every choice of m out of n, and every choice of m - 1. */
static void any_of(int m, int n)
{
	struct secret lines[SHARE_MOST] = {SECRET_INIT}, whole = SECRET_INIT, got = SECRET_INIT;
	struct error err = ERROR_INIT;
	int opened = 0, choices = 0, refused = 0, fewer = 0;
	ok(share_split(m, n, &whole, lines, &err) == 0 && whole.n == 39, "%d of %d: split %s", m, n,
		err.what);
	for (unsigned set = 0; set < 1U << n; set++) {
		int take[SHARE_MOST], k = 0;
		for (int i = 0; i < n; i++)
			if (set >> i & 1)
				take[k++] = i;
		if (k == m) {
			choices++;
			opened += join(lines, take, (size_t)k, &got, &err) == 0 &&
				  bytes_equal(secret_bytes(&got), secret_bytes(&whole));
		} else if (k == m - 1) {
			fewer++;
			refused += join(lines, take, (size_t)k, &got, &err) < 0 &&
				   strstr(err.what, "are needed");
		}
		secret_free(&got);
	}
	ok(opened == choices && choices > 0, "%d of %d: each of %d choices opens it", m, n,
		choices);
	ok(refused == fewer && fewer > 0, "%d of %d: none of %d smaller ones does", m, n, fewer);
	free_lines(lines, n);
	secret_free(&whole);
}

static void limits(void)
{
	static const int bad[][2] = {{1, 1}, {1, 3}, {0, 0}, {3, 2}, {2, 17}, {17, 17}, {-2, 5}};
	struct secret lines[SHARE_MOST + 1] = {SECRET_INIT}, whole = SECRET_INIT;
	struct error err;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err = (struct error)ERROR_INIT;
		ok(share_split(bad[i][0], bad[i][1], &whole, lines, &err) < 0 && err.todo[0] &&
				!whole.p && !lines[0].p,
			"not split: %s", err.what);
	}
}

static void known(void)
{
	struct secret got = SECRET_INIT;
	struct error err;
	struct share s;
	char set[SHARE_SET];
	int opened = 0;
	for (int a = 0; a < 5; a++)
		for (int b = 0; b < 5; b++)
			for (int c = 0; c < 5; c++) {
				char *text =
					xasprintf("%s\n%s\n%s\n", golden[a], golden[b], golden[c]);
				opened += join_text(text, &got, &err) == 1 &&
					  bytes_is(secret_bytes(&got), GOLDEN);
				free(text);
			}
	is_int(opened, 60, "another program's shares open in any order");
	ok(share_read(&s, bytes_of(golden[3]), &err) == 0 && share_needed(&s) == 3 &&
			share_number(&s) == 4,
		"its header is read");
	is_str(share_set(&s, set), "bishop zigzag", "and the set's name");
	secret_free(&got);
}

/* For three of three or more: the polynomials' other two coefficients are random in every octet. */
static void coefficients(const struct secret lines[])
{
	uint8_t y[3][SHARE_WORDS];
	int seen[256] = {0}, most = 0, zero = 0;
	for (int i = 0; i < 3; i++)
		octets_of(&lines[i], y[i]);
	for (int k = 3; k < 22; k++) {
		/* x = 1, 2, 3: the products of differences are 6, 3 and 2 */
		uint8_t a2 = product(y[0][k], power[255 - logarithm[6]]) ^
			     product(y[1][k], power[255 - logarithm[3]]) ^
			     product(y[2][k], power[255 - logarithm[2]]);
		uint8_t a1 = y[0][k] ^ y[1][k] ^ product(a2, 1 ^ 4);
		a1 = product(a1, power[255 - logarithm[3]]);
		zero += a1 == 0 && a2 == 0;
		most = seen[a1] + 1 > most ? seen[a1] + 1 : most;
		seen[a1]++;
		most = seen[a2] + 1 > most ? seen[a2] + 1 : most;
		seen[a2]++;
	}
	ok(most < 6 && zero < 2, "the coefficients are not zero, and not alike");
}

/* Our shares, joined by the arithmetic of the test. */
static void joined_elsewhere(void)
{
	struct secret lines[4] = {SECRET_INIT}, whole = SECRET_INIT;
	struct error err = ERROR_INIT;
	static const int take[] = {3, 0, 2};
	uint8_t v[3][SHARE_WORDS], secret[16] = {0};
	char text[64] = "";
	share_split(3, 4, &whole, lines, &err);
	for (int i = 0; i < 3; i++)
		octets_of(&lines[take[i]], v[i]);
	for (int i = 0; i < 3; i++) {
		int factor = 0; /* a logarithm */
		for (int j = 0; j < 3; j++)
			if (j != i)
				factor += logarithm[take[j] + 1] + 255 -
					  logarithm[(take[i] + 1) ^ (take[j] + 1)];
		for (int k = 0; k < 16; k++)
			secret[k] ^= product(v[i][3 + k], power[factor % 255]);
	}
	for (int k = 0; k < 16; k++)
		sprintf(text + strlen(text), "%s%02x", k && k % 2 == 0 ? "-" : "", secret[k]);
	ok(bytes_is(secret_bytes(&whole), text), "our shares are joined by logarithms too");
	coefficients(lines);
	ok(memcmp(v[0], v[1], 2) == 0 && v[0][2] == 0x23 && v[1][2] == 0x20, "the header's octets");
	free_lines(lines, 4);
	secret_free(&whole);
}

/*
 * With one share of two in hand every secret is as likely as any other: for each value of its first
 * octet there is a second share with which it opens to that.
 */
static void says_nothing(void)
{
	struct secret lines[2] = {SECRET_INIT}, whole = SECRET_INIT, got = SECRET_INIT;
	struct error err = ERROR_INIT;
	uint8_t one[SHARE_WORDS], two[SHARE_WORDS], hidden[33] = "certrescue share", digest[32];
	int consistent = 0;
	share_split(2, 2, &whole, lines, &err);
	octets_of(&lines[0], one);
	for (int value = 0; value < 256; value++) {
		char want[3];
		memset(hidden + 17, 0x77, 16);
		hidden[17] = (uint8_t)value;
		sha256((struct bytes){hidden, 33}, digest);
		memcpy(two, one, 2);
		two[2] = 0x11;
		for (int k = 0; k < 19; k++) { /* y2 = s + 2 (y1 - s) */
			uint8_t s = k < 16 ? hidden[17 + k] : digest[k - 16];
			two[3 + k] = s ^ product(2, one[3 + k] ^ s);
		}
		char *text =
			xasprintf("%.*s\n%s\n", (int)lines[0].n, (char *)lines[0].p, line_of(two));
		snprintf(want, sizeof(want), "%02x", value);
		consistent += join_text(text, &got, &err) == 1 && memcmp(got.p, want, 2) == 0;
		free(text);
	}
	is_int(consistent, 256, "one share of two fits every value of the secret's first octet");
	free_lines(lines, 2);
	secret_free(&whole);
	secret_free(&got);
}

/* Random, not the same twice; and the same secret does not come again. */
static void fresh(void)
{
	struct secret a[2] = {SECRET_INIT}, b[2] = {SECRET_INIT}, one = SECRET_INIT,
		      two = SECRET_INIT;
	struct error err = ERROR_INIT;
	share_split(2, 2, &one, a, &err);
	share_split(2, 2, &two, b, &err);
	ok(!bytes_equal(secret_bytes(&one), secret_bytes(&two)) &&
			!bytes_equal(secret_bytes(&a[0]), secret_bytes(&b[0])),
		"two splits have nothing in common");
	free_lines(a, 2);
	free_lines(b, 2);
	secret_free(&one);
	secret_free(&two);
}

/* The joined text is what openssl takes. */
static void openssl_opens(void)
{
	struct secret lines[3] = {SECRET_INIT}, whole = SECRET_INIT, got = SECRET_INIT;
	struct error err = ERROR_INIT;
	struct key k = KEY_INIT;
	struct buf pem = BUF_INIT;
	static const int take[] = {2, 1};
	sh("openssl ecparam -name prime256v1 -genkey -noout -out ec.pem");
	load_key("ec.pem", &k);
	share_split(2, 3, &whole, lines, &err);
	ok(seal_key(&pem, &k, &whole, 1, &err) == 0, "a key under a split passphrase");
	ok(join(lines, take, 2, &got, &err) == 0, "joined");
	save("sealed.pem", buf_bytes(&pem));
	save("pass", secret_bytes(&got));
	ok(sh("openssl pkey -in sealed.pem -passin file:pass -noout"), "openssl opens it");
	free_lines(lines, 3);
	secret_free(&whole);
	secret_free(&got);
	key_free(&k);
	buf_free(&pem);
}

int main(void)
{
	make_dir();
	tables();
	any_of(2, 2);
	any_of(2, 3);
	any_of(3, 5);
	any_of(5, 5);
	any_of(4, 7);
	any_of(16, 16);
	any_of(2, 16);
	limits();
	known();
	joined_elsewhere();
	says_nothing();
	fresh();
	openssl_opens();
	return done();
}
