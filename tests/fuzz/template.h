/* SPDX-License-Identifier: MIT */
/* template: what csrjson and caconfig ask of a request and a profile that were read. */
#ifndef FUZZ_TEMPLATE_H
#define FUZZ_TEMPLATE_H

#include <stdlib.h>

#include "pki/lint.h"
#include "pki/spki.h"
#include "pki/template.h"

/* A P-256 public key: the generator. */
static const uint8_t point[] =
	"\x04\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81"
	"\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e"
	"\xe7\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf"
	"\x51\xf5";

/* They are refused with a reason, or make what our own reader takes and Go's rules allow. */
static inline void check_template(const struct request *r, const struct profile *p)
{
	struct buf spki = BUF_INIT, tbs = BUF_INIT, der = BUF_INIT;
	struct error err = ERROR_INIT;
	struct cert c;
	struct template t = {.request = r, .profile = p, .sig = SIG_ECDSA_SHA256, .serial = {1}};
	spki_put_ec(&spki, KEY_P256, (struct bytes){point, 65});
	t.spki = buf_bytes(&spki);
	if (template_validity(&t, 1800000000, &err) == 0 && template_tbs(&t, &tbs, &err) == 0) {
		if (issue_finish(buf_bytes(&tbs), (struct bytes){point, 65}, &der, &err) ||
			cert_parse(&c, buf_bytes(&der), &err) || lint_cert(&c, &err))
			abort();
	} else if (!err.what[0]) {
		abort();
	}
	buf_free(&spki);
	buf_free(&tbs);
	buf_free(&der);
}

#endif
