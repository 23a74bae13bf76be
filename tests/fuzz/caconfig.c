// SPDX-License-Identifier: MIT
// caconfig: any ca-config.json is refused with a reason, or gives profiles whose certificates our
// own reader takes and Go's rules allow. Patterns among it match in bounded time.
#include "template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct profile *p)
{
	static const char csr[] =
		"{\"CN\":\"kube-apiserver\",\"names\":[{\"O\":\"a\"}],\"hosts\":[\"kubernetes\","
		"\"10.96.0.1\",\"a@b.c\",\"spiffe://"
		"x\"],\"extensions\":[{\"Id\":[1,2,3,4],\"Value\":\"BQA=\"}]}";
	struct jsondoc doc;
	struct request r;
	struct error err = ERROR_INIT;
	if (jsondoc_read(&doc, bytes_of(csr), &err) || request_read(&r, &doc, NULL, &err))
		abort();
	check_template(&r, p);
	request_free(&r);
	jsondoc_free(&doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {NULL, "kubernetes", "p"};
	struct jsondoc doc;
	struct error err = ERROR_INIT;
	if (jsondoc_read(&doc, (struct bytes){data, size}, &err) == 0)
		for (size_t i = 0; i < 3; i++) {
			struct profile p;
			err.what[0] = 0;
			if (profile_read(&p, &doc, names[i], &err) == 0)
				check(&p);
			else if (!err.what[0])
				abort();
			profile_free(&p);
		}
	jsondoc_free(&doc);
	return 0;
}
