// SPDX-License-Identifier: MIT
// likeness: compares the names of a certificate's and a key's files.
#include <string.h>

#include "base/buf.h"
#include "media/likeness.h"

/* The file's name without directory, extension and cfssl's "-key". */
static struct bytes stem(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');
	size_t n = dot && dot != name ? (size_t)(dot - name) : strlen(name);
	if (n > 4 && memcmp(name + n - 4, "-key", 4) == 0)
		n -= 4;
	return (struct bytes){(const uint8_t *)name, n};
}

static struct bytes directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	return (struct bytes){(const uint8_t *)path, slash ? (size_t)(slash - path) : 0};
}

int likeness(const char *cert_path, const char *key_path)
{
	if (strcmp(cert_path, key_path) == 0)
		return 3;
	if (!bytes_equal(stem(cert_path), stem(key_path)))
		return 0;
	return bytes_equal(directory(cert_path), directory(key_path)) ? 2 : 1;
}
