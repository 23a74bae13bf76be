// SPDX-License-Identifier: MIT
// inspect: any input becomes lines of JSON, one object each, or a reason; no byte of it is raw.
#include <stdlib.h>
#include <string.h>

#include "cmd/inspect.h"
#include "pki/csr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inspect asked = {.purpose = EKU_SERVER, .now = 1800000000, .chain = true};
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	struct csr csr;
	struct bytes text = {data, size};
	int rc = inspect_show(&out, &asked, "x", text, &err);
	if (rc < 0 && !err.what[0])
		abort(); /* what does not hold has a reason */
	if (out.n && (out.p[0] != '{' || out.p[out.n - 1] != '\n'))
		abort();
	for (size_t i = 0; i < out.n; i++)
		if ((out.p[i] < 0x20 && out.p[i] != '\n') || out.p[i] == 0x7f)
			abort();
	if (csr_parse(&csr, text, &err) == 0 && (csr.spki.p < data || csr.spki.n > size))
		abort();
	buf_free(&out);
	return 0;
}
