// SPDX-License-Identifier: MIT
// fuzz manifest: any bytes are read or refused; every path that comes out is absolute and clean.
#include <stdlib.h>
#include <string.h>

#include "node/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const char *path)
{
	if (!path)
		return;
	if (*path != '/' || strstr(path, "//") || strstr(path, "/../") || strstr(path, "/./"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = {data, size};
	struct manifest m;
	struct error err = ERROR_INIT;
	if (manifest_parse(&m, text, &err))
		return 0;
	for (size_t i = 0; i < m.n_containers; i++) {
		const struct manifest_container *c = &m.containers[i];
		for (size_t k = 0; k < c->n_mounts; k++) {
			check_path(c->mounts[k].inside);
			check_path(c->mounts[k].outside);
		}
		for (size_t k = 0; k < c->n_flags; k++) {
			char *outside = manifest_outside(c, c->flags[k].value);
			if (!manifest_flag(c, c->flags[k].name) ||
				strncmp(c->flags[k].name, "--", 2) != 0)
				abort();
			check_path(outside);
			free(outside);
		}
	}
	manifest_free(&m);
	return 0;
}
