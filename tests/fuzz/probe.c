// SPDX-License-Identifier: MIT
// Block devices: any bytes are told apart, in few and short reads, none past the end.
#include <stdlib.h>
#include <string.h>

#include "disk/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UNIT 512

/* A device of any size: some of the input is its start, the rest its end, zeros are between. */
struct device {
	const uint8_t *start, *end;
	size_t start_n, end_n, reads, bytes;
	uint64_t size;
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Copies what of the piece of n bytes at `at` lies between offset and offset + size. */
static void overlay(
	uint8_t *out, uint64_t offset, size_t size, const uint8_t *piece, uint64_t at, size_t n)
{
	uint64_t from = at > offset ? at : offset;
	uint64_t to = at + n < offset + size ? at + n : offset + size;
	if (from < to)
		memcpy(out + (from - offset), piece + (from - at), (size_t)(to - from));
}

static bool read_at(void *ctx, uint64_t offset, void *to, size_t n)
{
	struct device *d = ctx;
	d->reads++;
	d->bytes += n;
	if (offset > d->size || n > d->size - offset)
		return false;
	memset(to, 0, n);
	overlay(to, offset, n, d->start, 0, d->start_n);
	overlay(to, offset, n, d->end, d->size - d->end_n, d->end_n);
	return true;
}

static bool ends(const char *text, size_t cap)
{
	return memchr(text, 0, cap) != NULL;
}

/* Byte 0: units of UNIT at the start; bytes 1 to 4: units of zeros; then the bytes themselves. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device d = {0};
	struct probe p;
	if (size < 5)
		return 0;
	uint32_t gap = data[1] | (uint32_t)data[2] << 8 | (uint32_t)data[3] << 16 |
		       (uint32_t)data[4] << 24;
	size_t n = size - 5, first = (size_t)data[0] * UNIT;
	d.start = data + 5;
	d.start_n = first < n ? first : n;
	d.end = d.start + d.start_n;
	d.end_n = n - d.start_n;
	d.size = n + (uint64_t)gap * UNIT;
	struct probe_source src = {.read = read_at, .ctx = &d, .size = d.size};
	probe_device(&src, &p);
	require(p.name[0] && ends(p.name, sizeof(p.name)) && ends(p.label, sizeof(p.label)) &&
		ends(p.uuid, sizeof(p.uuid)));
	require(d.reads < 1000 && d.bytes < 1 << 20);
	require(p.kind <= PROBE_OTHER && p.kind != PROBE_UNREADABLE);
	require(!p.hibernated || p.kind == PROBE_SWAP);
	require(!p.whole || p.kind == PROBE_MEMBER);
	require((!p.needs_replay && !p.has_errors) || p.kind == PROBE_EXT);
	/* An encrypted device is that, whatever else its bytes say. */
	if (d.start_n >= 8 && memcmp(d.start, "LUKS\xba\xbe", 6) == 0)
		require(p.kind == PROBE_MEMBER);
	return 0;
}
