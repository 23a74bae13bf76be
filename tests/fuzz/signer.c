// SPDX-License-Identifier: MIT
// The signer: whatever bytes it is asked with, it answers or ends; a certificate matches the line
// made of it, once.
#include <stdlib.h>

#include "rescue/signer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a list. */
static void read_list(struct bytes data)
{
	struct wire w = {data, false};
	struct signlist l;
	struct error err = ERROR_INIT;
	struct cert ca = {.version = 3};
	if (signlist_read(&l, &w))
		for (size_t i = 0; i < l.n; i++)
			signlist_match(&l.lines[i], &ca, data, &err);
	signlist_free(&l);
}

/* The bytes as a certificate, and a list that allows exactly that one. */
static void match(struct bytes data)
{
	struct signlist made = {.n = 0}, l = {.n = 0};
	struct buf sent = BUF_INIT;
	struct error err = ERROR_INIT;
	struct cert c, ca = {.version = 3};
	if (cert_parse(&c, data, &err))
		return;
	struct signlist_line line = {.subject = c.subject,
		.extensions = c.extensions,
		.not_before = c.not_before,
		.not_after = c.not_after,
		.alg = c.key,
		.bits = c.key_bits,
		.is_ca = true};
	ca.subject = c.issuer;
	ca.ski = c.aki;
	signlist_add(&made, &line);
	signlist_put(&sent, &made);
	struct wire w = {buf_bytes(&sent), false};
	if (!signlist_read(&l, &w) || l.n != 1)
		abort();
	bool serial = c.serial.n > 0 && c.serial.n <= 20 && !(c.serial.p[0] & 0x80);
	if (signlist_match(&l.lines[0], &ca, c.tbs, &err) != (serial ? 0 : -1))
		abort();
	l.lines[0].used = true;
	if (signlist_match(&l.lines[0], &ca, c.tbs, &err) == 0)
		abort();
	signlist_free(&made);
	signlist_free(&l);
	buf_free(&sent);
}

/* The bytes as a request to a signer that has a list and no CA. A scan would read the files that it
 * names. */
static void ask(struct bytes request)
{
	struct signer_child c = {.fd = -1, .scanned = true, .listed = true};
	struct buf reply = BUF_INIT;
	signer_answer(&c, request, &reply);
	buf_free(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = {data, size};
	ask(b);
	read_list(b);
	match(b);
	return 0;
}
