// SPDX-License-Identifier: MIT
// An index finds every position of a hash, in the order in which they were added, and no other.
#include "base/index.h"
#include "tap.h"

#define MANY 5000

static size_t count(const struct index *x, uint64_t hash, bool *ordered)
{
	size_t n = 0, before = 0;
	for (size_t i = index_first(x, hash); i != INDEX_END; i = index_next(x, i)) {
		*ordered &= n == 0 || index_at(x, i) > before;
		before = index_at(x, i);
		n++;
	}
	return n;
}

int main(void)
{
	struct index x = INDEX_INIT;
	bool found = true, ordered = true, none = true;
	char text[32];
	ok(index_first(&x, 1) == INDEX_END, "nothing is in an empty one");
	for (size_t i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "/etc/%zu.crt", i);
		index_add(&x, index_hash(0, bytes_of(text)), i);
	}
	for (size_t i = 0; i < 2 * MANY; i++) {
		snprintf(text, sizeof(text), "/etc/%zu.crt", i);
		size_t at = index_first(&x, index_hash(0, bytes_of(text)));
		if (i < MANY)
			found &= at != INDEX_END && index_at(&x, at) == i;
		else
			none &= at == INDEX_END;
	}
	ok(found, "each of %d is found", MANY);
	ok(none, "and none that was not added");
	for (size_t i = 0; i < MANY; i++)
		index_add(&x, 7, MANY + i);
	ok(count(&x, 7, &ordered) == MANY && ordered, "all of one hash, in their order");
	ok(count(&x, 7 + (uint64_t)x.cap, &ordered) == 0,
		"another hash in the same chain is none of them");
	ok(index_hash(0, bytes_of("ab")) !=
				index_hash(index_hash(0, bytes_of("b")), bytes_of("a")) &&
			index_hash(0, bytes_of("a")) != index_hash(0, bytes_of("b")),
		"the order of what is hashed counts");
	index_free(&x);
	ok(index_first(&x, 7) == INDEX_END && x.n == 0, "empty again");
	return done();
}
