/* SPDX-License-Identifier: MIT */
/*
 * path: a node's absolute paths as text. Nothing is looked up: . and .. and double slashes go,
 * links stay (root.h resolves those).
 */
#ifndef NODE_PATH_H
#define NODE_PATH_H

#include <limits.h>
#include <stdbool.h>

/* What stands behind the last slash; the whole where there is none. */
const char *path_base(const char *path);
/* Owned by the caller: absolute, no //, no . and .., no slash at the end (but "/"). */
char *path_clean(const char *path);
/* dir/name, cleaned; a name that starts with a slash is taken beneath dir too. */
char *path_join(const char *dir, const char *name);
/* The directory that holds an absolute path without links, "/" at the top; allocates nothing. */
void path_parent(const char *path, char dir[PATH_MAX]);
/* The directory that holds path, cleaned. */
char *path_dir(const char *path);
/* Does path lie in dir, or is it dir? Both cleaned. */
bool path_beneath(const char *path, const char *dir);
/* Owned: a path that stands in a file: absolute as it is, else relative to the file's directory. */
char *path_from_file(const char *file, const char *path);

#endif
