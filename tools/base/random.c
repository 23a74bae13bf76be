// SPDX-License-Identifier: MIT
// random: getrandom(2), with a word to the operator while the pool fills.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/random.h"

static void (*source)(void *p, size_t n);

void random_from(void (*fill)(void *p, size_t n))
{
	source = fill;
}

void random_bytes(void *p, size_t n)
{
	if (source) {
		source(p, n);
		return;
	}
	uint8_t *to = p;
	unsigned flags = GRND_NONBLOCK;
	while (n > 0) {
		size_t part = n < 256 ? n : 256;
		ssize_t got = getrandom(to, part, flags);
		if (got > 0) {
			to += got;
			n -= (size_t)got;
		} else if (got < 0 && errno == EAGAIN && flags) {
			fputs("certrescue: waiting for the kernel to gather randomness ...\n",
				stderr);
			flags = 0;
		} else if (got < 0 && errno != EINTR) {
			perror("certrescue: the kernel gives no random bytes; no key can be made; "
			       "use a kernel of version 3.17 or later");
			exit(1);
		}
	}
}
