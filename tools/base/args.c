// SPDX-License-Identifier: MIT
// args: reads a command line by tables of options.
#include <string.h>

#include "base/args.h"
#include "base/clock.h"

#define SEEN_MAX 96

struct seen {
	const struct args_option *option[SEEN_MAX];
	size_t n;
};

static const struct args_option *find(
	const struct args_option *const *tables, const char *name, size_t len)
{
	for (; *tables; tables++)
		for (const struct args_option *o = *tables; o->name; o++)
			if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
				return o;
	return NULL;
}

static int usage(struct error *err, const char *name, const char *what)
{
	return error_set(err, ERR_USAGE, NULL, "--help shows what there is", "%s: %s", name, what);
}

static int once(const struct args_option *o, struct seen *seen, struct error *err)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->option[i] == o)
			return usage(err, o->name, "this option is given twice");
	if (seen->n < SEEN_MAX)
		seen->option[seen->n++] = o;
	return 0;
}

static int assign(
	const struct args_option *o, const char *value, struct seen *seen, struct error *err)
{
	struct args_list *list = o->to;
	if (o->kind != ARGS_LISTED && once(o, seen, err))
		return -1;
	switch (o->kind) {
	case ARGS_FLAG:
		*(bool *)o->to = true;
		return 0;
	case ARGS_TEXT:
		*(const char **)o->to = value;
		return 0;
	case ARGS_LISTED:
		if (list->n == ARGS_LIST)
			return usage(err, o->name, "this option is given too often");
		list->v[list->n++] = value;
		return 0;
	case ARGS_DURATION:
		if (!clock_duration(value, o->to))
			return usage(err, o->name, "not a duration such as 8760h or 30d");
		return 0;
	case ARGS_TIME:
		if (!clock_parse(value, o->to))
			return usage(err, o->name, "not a time such as 2026-11-23T17:45:00Z");
		return 0;
	}
	return -1;
}

int args_parse(int argc, char **argv, const struct args_option *const *tables,
	struct args_list *operands, size_t most, bool *help, struct error *err)
{
	struct seen seen = {.n = 0};
	bool only_operands = false;
	operands->n = 0;
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			*help = true;
			return 0;
		}
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];
		if (only_operands || a[0] != '-' || !a[1]) {
			if (operands->n == most || operands->n == ARGS_LIST)
				return usage(err, a, "one argument too many");
			operands->v[operands->n++] = a;
			continue;
		}
		if (strcmp(a, "--") == 0) {
			only_operands = true;
			continue;
		}
		size_t len = strcspn(a, "=");
		const struct args_option *o =
			strncmp(a, "--", 2) == 0 ? find(tables, a + 2, len - 2) : NULL;
		const char *value = a[len] == '=' ? a + len + 1 : NULL;
		if (!o)
			return usage(err, a, "no such option");
		if (o->kind == ARGS_FLAG && value)
			return usage(err, o->name, "this option takes no value");
		if (o->kind != ARGS_FLAG && !value && !(value = argv[++i]))
			return usage(err, o->name, "a value is missing");
		if (assign(o, value, &seen, err))
			return -1;
	}
	return 0;
}
