// SPDX-License-Identifier: MIT
// The clock gate: both bounds, each kind of evidence, what is not believed.
#include <string.h>

#include "base/clock.h"
#include "rescue/clockgate.h"
#include "tap.h"

static int64_t at(const char *text)
{
	int64_t t = 0;
	clock_parse(text, &t);
	return t;
}

static int gate(const char *now, const char *evidence, struct error *err, char odd[160])
{
	struct clock_evidences e = {.n = 0};
	if (evidence)
		clock_evidence_add(&e, "last write of /dev/vda1", at(evidence));
	return clockgate(at(now), at("2026-01-01T00:00:00Z"), &e, odd, err);
}

int main(void)
{
	struct error err = ERROR_INIT;
	char odd[160];
	ok(gate("2026-01-01T00:00:00Z", NULL, &err, odd) == 0, "the build's own second passes");
	ok(gate("2025-12-31T23:59:59Z", NULL, &err, odd) && err.kind == ERR_REFUSED,
		"a second before the build is refused");
	ok(strstr(err.what, "build") != NULL, "and the build is named: %s", err.what);
	ok(gate("1970-01-01T00:00:10Z", "2026-05-01T00:00:00Z", &err, odd), "1970 is refused");
	ok(strstr(err.what, "/dev/vda1") != NULL, "and the newest evidence is named");
	ok(gate("2026-04-30T23:59:59Z", "2026-05-01T00:00:00Z", &err, odd),
		"earlier than the evidence is refused");
	ok(gate("2026-05-01T00:00:00Z", "2026-05-01T00:00:00Z", &err, odd) == 0,
		"the evidence's own second passes");
	ok(gate("2029-05-01T00:00:00Z", "2026-05-01T00:00:00Z", &err, odd) == 0,
		"three years after it passes");
	ok(gate("2029-06-01T00:00:00Z", "2026-05-01T00:00:00Z", &err, odd) &&
			err.kind == ERR_REFUSED,
		"more than three years after it is refused");
	ok(gate("2026-06-01T00:00:00Z", "2021-05-01T00:00:00Z", &err, odd) &&
			err.kind == ERR_REFUSED,
		"a fresh build does not vouch for a node that was last alive five years ago");
	ok(gate("2040-01-01T00:00:00Z", NULL, &err, odd) == 0,
		"without evidence on the node there is no upper bound");
	ok(gate("2026-06-01T00:00:00Z", "2040-01-01T00:00:00Z", &err, odd) == 0,
		"evidence ten years after the build is not believed");
	is_str(odd, "last write of /dev/vda1", "and is named");
	ok(err.todo[0] != 0, "a refusal says what to do");
	return done();
}
