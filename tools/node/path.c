// SPDX-License-Identifier: MIT
// path: a node's paths as text.
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "node/path.h"

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

void path_parent(const char *path, char dir[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	snprintf(dir, PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

char *path_clean(const char *path)
{
	size_t n = strlen(path), used = 0;
	char *out = xmalloc(n + 2);
	while (*path) {
		size_t part = strcspn(path, "/");
		if (part == 2 && path[0] == '.' && path[1] == '.') {
			while (used && out[--used] != '/')
				;
		} else if (part && !(part == 1 && path[0] == '.')) {
			out[used++] = '/';
			memcpy(out + used, path, part);
			used += part;
		}
		path += part;
		path += *path == '/';
	}
	if (used == 0)
		out[used++] = '/';
	out[used] = 0;
	return out;
}

char *path_join(const char *dir, const char *name)
{
	char *both = xasprintf("%s/%s", dir, name);
	char *clean = path_clean(both);
	free(both);
	return clean;
}

char *path_dir(const char *path)
{
	return path_join(path, "..");
}

bool path_beneath(const char *path, const char *dir)
{
	size_t n = strlen(dir);
	if (!strcmp(dir, "/"))
		return true;
	return !strncmp(path, dir, n) && (path[n] == '/' || !path[n]);
}

char *path_from_file(const char *file, const char *path)
{
	if (*path == '/')
		return path_clean(path);
	char *dir = path_dir(file);
	char *whole = path_join(dir, path);
	free(dir);
	return whole;
}
