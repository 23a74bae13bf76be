// SPDX-License-Identifier: MIT
// Kernel arguments and certrescue.conf: any text is understood, or leads to a console and stays
// there.
#include <stdlib.h>
#include <string.h>

#include "cmd/boot_args.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void sound(const struct boot_args *a)
{
	require(a->mode >= BOOT_CONSOLE && a->mode <= BOOT_SHELL && boot_mode_name(a->mode));
	require(a->fsck >= BOOT_FSCK_ASK && a->fsck <= BOOT_FSCK_PREEN);
	require(a->then >= BOOT_THEN_DEFAULT && a->then <= BOOT_THEN_SHELL);
	require(a->passphrase >= BOOT_ASK && a->passphrase <= BOOT_SECOND);
	require(memchr(a->cluster, 0, sizeof(a->cluster)) && memchr(a->node, 0, sizeof(a->node)) &&
		memchr(a->now, 0, sizeof(a->now)) && memchr(a->id, 0, sizeof(a->id)));
}

/* The kernel's words up to the first NUL byte, then the medium's file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_args a = {0}, before;
	struct error err = ERROR_INIT;
	char *line = bytes_dup((struct bytes){data, size});
	size_t n = strlen(line);
	struct bytes conf = {data + n, size - n};
	if (conf.n) {
		conf.p++;
		conf.n--;
	}
	bool bad = boot_args_cmdline(&a, line, &err) < 0;
	sound(&a);
	require(!bad || (a.mode == BOOT_CONSOLE && err.what[0]));
	/* A rescue is not begun but by its word. */
	require(a.mode != BOOT_RENEW || strstr(line, "renew"));
	before = a;
	bool bad_conf = boot_args_conf(&a, conf, &err) < 0;
	sound(&a);
	require(!bad_conf || a.mode == BOOT_CONSOLE);
	require(!bad || a.mode == BOOT_CONSOLE);
	if (before.given & 1)
		require(a.mode == before.mode || bad_conf);
	if (before.node[0])
		require(strcmp(a.node, before.node) == 0);
	free(line);
	return 0;
}
