// SPDX-License-Identifier: MIT
// renew_conf: what a rescue does by the medium's certrescue.conf where no option says it.
#include <string.h>

#include "cmd/renew.h"

int renew_policy(struct renew *r, struct error *err)
{
	const struct conf *c = &r->conf;
	if (conf_load(&r->conf, r->c.media, r->conf_file, err) ||
		conf_owner(&r->conf, &r->root, err))
		return -1;
	if (c->max_validity && r->validity > c->max_validity)
		return error_set(err, ERR_USAGE, NULL, "ask for a shorter one; nothing was changed",
			"--validity is longer than certrescue.conf allows (max_validity)");
	r->validity = r->validity < 0 ? c->validity : r->validity;
	r->within = r->within < 0 ? c->within : r->within;
	r->key = r->key ? r->key : c->keep_keys ? "keep" : "new";
	return 0;
}
