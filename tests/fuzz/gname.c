// SPDX-License-Identifier: MIT
// General names: any text is a domain, a mailbox, a URI, or none; what is taken out of it lies in it and is well-formed.
#include <stdlib.h>

#include "pki/gname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool inside(struct bytes part, struct bytes whole)
{
	return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = {data, size}, domain;
	struct buf local = BUF_INIT, host = BUF_INIT;
	uint8_t octets[16];
	if (gname_domain(text))
		require(gname_domain_base(text));
	if (gname_mailbox(text, &local, &domain))
		require(local.n < size && inside(domain, text) && gname_domain(domain));
	if (gname_uri(text, &host) && gname_uri_domain(buf_bytes(&host), &domain))
		require(host.n <= size && inside(domain, buf_bytes(&host)) &&
			gname_address(domain, octets) == 0);
	size_t n = gname_address(text, octets);
	require(n == 0 || n == 4 || n == 16);
	require(gname_same(text, text));
	buf_free(&local);
	buf_free(&host);
	return 0;
}
