// SPDX-License-Identifier: MIT
// Ledgers: any file is whole or damaged; one that is whole can be added to and is whole again.
#include <stdlib.h>

#include "media/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the bytes are, as lines of a chain: so that more than the first line is read. */
static void chain(struct ledger *l, struct bytes data)
{
	struct bytes line;
	size_t at = 0;
	while (ledger_line(data, &at, &line))
		if (line.n)
			ledger_add(l, line);
}

static void again(const struct ledger *l, bool whole)
{
	struct ledger copy = LEDGER_INIT;
	struct error err;
	buf_add(&copy.text, l->text.p, l->text.n);
	if (ledger_parse(&copy, &err) != (whole ? 0 : -1) && whole)
		abort();
	if (whole && copy.lines != l->lines)
		abort();
	ledger_has_serial(&copy, "12");
	ledger_close(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ledger l = LEDGER_INIT;
	struct error err;
	buf_add(&l.text, data, size);
	if (ledger_parse(&l, &err) == 0) {
		ledger_add(&l, bytes_of("{\"kind\":\"x\",\"serial_number\":\"12\"}"));
		again(&l, true);
	}
	ledger_close(&l);
	chain(&l, (struct bytes){data, size});
	again(&l, false);
	ledger_close(&l);
	return 0;
}
