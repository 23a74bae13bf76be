// SPDX-License-Identifier: MIT
// fuzz conf: any bytes are read or refused, and every rule that was read can be asked.
#include <stdlib.h>
#include <string.h>

#include "media/conf.h"
#include "media/glob.h"
#include "node/account.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void ask(const struct conf_rules *rules, const char *text)
{
	require(rules->n <= CONF_RULES);
	for (size_t i = 0; i < rules->n; i++) {
		const struct conf_rule *r = &rules->v[i];
		require(r->n > 0 && r->n <= CONF_PATTERNS);
		if (r->path)
			glob_match(GLOB_PATH, r->path, text);
		for (size_t k = 0; k < r->n; k++) {
			glob_match(GLOB_NAME, r->patterns[k], text);
			/* A pattern without a star is met by itself alone. */
			if (!strchr(r->patterns[k], '*'))
				require(glob_match(GLOB_NAME, r->patterns[k], r->patterns[k]));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf;
	struct error err = ERROR_INIT;
	uid_t uid;
	char *text = xstrndup((const char *)data, size);
	if (conf_parse(&conf, (struct bytes){data, size}, &err) == 0) {
		require((conf.key_mode & ~0640u) == 0 && (conf.key_mode & 0400));
		require((conf.key_dir_mode & ~0755u) == 0 && conf.min_rsa >= 1024);
		require(!conf.max_validity || conf.validity <= conf.max_validity);
		ask(&conf.subject, text);
		ask(&conf.issuer, text);
	} else {
		require(err.kind == ERR_USAGE && *err.what && *err.todo);
	}
	account_in((struct bytes){data, size}, "etcd", &uid);
	conf_free(&conf);
	free(text);
	return 0;
}
