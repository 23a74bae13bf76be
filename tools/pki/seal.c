// SPDX-License-Identifier: MIT
// seal: private keys encrypted under a passphrase, with as many rounds as the machine makes.
#include <time.h>

#include "pki/pbe.h"
#include "pki/pem.h"
#include "pki/seal.h"

#define AIM 0.75        /* seconds of the processor */
#define LONG_ENOUGH 0.1 /* to measure by */

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

long seal_within(long rounds)
{
	if (rounds < SEAL_ROUNDS_MIN)
		return SEAL_ROUNDS_MIN;
	return rounds > SEAL_ROUNDS_MAX ? SEAL_ROUNDS_MAX : rounds;
}

long seal_rounds(void)
{
	struct bytes salt = bytes_of("sixteen octets..");
	uint8_t out[PBE_KEY_MAX];
	double took;
	long tried = 10000;
	do {
		double start = seconds();
		tried *= 2;
		bearssl_pbkdf2(PBE_SHA256, bytes_of("passphrase"), salt, tried, out, sizeof(out));
		took = seconds() - start;
	} while (took < LONG_ENOUGH && tried < SEAL_ROUNDS_MAX);
	return seal_within((long)((double)tried * AIM / took) / 10000 * 10000);
}

/* What a person could not type again, or OpenSSL would not read as a whole. */
static bool several_lines(const struct secret *passphrase)
{
	for (size_t i = 0; i < passphrase->n; i++)
		if (passphrase->p[i] == '\n' || passphrase->p[i] == '\r' || passphrase->p[i] == 0)
			return true;
	return false;
}

int seal_key(struct buf *out, const struct key *k, const struct secret *passphrase, long rounds,
	struct error *err)
{
	struct buf plain = BUF_INIT, sealed = BUF_INIT;
	if (passphrase->n == 0)
		return error_set(err, ERR_FAILED, NULL, "give a passphrase, or leave the key plain",
			"an empty passphrase would protect nothing");
	if (passphrase->n > SEAL_PASSPHRASE_MAX)
		return error_set(err, ERR_FAILED, NULL, "give a shorter one",
			"the passphrase is longer than %d bytes", SEAL_PASSPHRASE_MAX);
	if (several_lines(passphrase))
		return error_set(err, ERR_FAILED, NULL, "give one line of text",
			"the passphrase has a line end or a NUL byte in it");
	key_put_pkcs8(&plain, k);
	pbe_seal(&sealed, passphrase, seal_within(rounds), buf_bytes(&plain));
	pem_write(out, "ENCRYPTED PRIVATE KEY", buf_bytes(&sealed));
	buf_wipe(&plain);
	buf_free(&sealed);
	return 0;
}
