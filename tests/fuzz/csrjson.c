// SPDX-License-Identifier: MIT
// csrjson: any CSR JSON is refused with a reason, or makes a name, hosts and extensions that our
// own reader takes and Go's rules allow.
#include "template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jsondoc doc;
	struct request r = {.cn = NULL};
	struct profile p;
	struct error err = ERROR_INIT;
	if (jsondoc_read(&doc, (struct bytes){data, size}, &err) == 0) {
		if (request_read(&r, &doc, NULL, &err) == 0) {
			profile_for_ca(&p, &r);
			check_template(&r, &p);
			profile_free(&p);
			profile_builtin(&p);
			p.copy_extensions = true;
			check_template(&r, &p);
			profile_free(&p);
		} else if (!err.what[0]) {
			abort();
		}
	}
	request_free(&r);
	jsondoc_free(&doc);
	return 0;
}
