// SPDX-License-Identifier: MIT
// Runs one fuzz target over what is kept for it in tests/data/fuzz/NAME (seeds, inputs that once
// crashed it), as a test: build/tests/fuzz/NAME [FILE...]
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From memory of exactly that size, so that a look past the end is seen. */
static void run(const char *path)
{
	FILE *f = fopen(path, "rb");
	static uint8_t buf[1 << 20];
	if (!f)
		bail("%s: cannot be opened", path);
	size_t n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	uint8_t *copy = malloc(n ? n : 1);
	memcpy(copy, buf, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	ok(true, "%s", path);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int main(int argc, char **argv)
{
	char path[512];
	struct dirent **files;
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	ok(true, "nothing at all");
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	if (argc > 1)
		return done();
	snprintf(path, sizeof(path), "tests/data/fuzz/%s", name);
	int n = scandir(path, &files, NULL, by_name);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "tests/data/fuzz/%s/%s", name, files[i]->d_name);
		if (files[i]->d_name[0] != '.')
			run(path);
		free(files[i]);
	}
	if (n >= 0)
		free(files);
	return done();
}
