// SPDX-License-Identifier: MIT
// conf_load: opens the file, and finds the account that it names on the node.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/conf.h"
#include "node/account.h"

static int read_all(int fd, struct buf *out)
{
	while (out->n <= CONF_MAX) {
		ssize_t n = read(fd, buf_room(out, 4096), 4096);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		out->n += (size_t)n;
	}
	return 0;
}

static int read_file(const char *path, bool must, struct buf *out, struct error *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && !must)
		return 0;
	if (fd < 0)
		return error_errno(err, path, "name the file, and see that it can be read",
			"the configuration cannot be opened");
	int rc = fstat(fd, &st);
	if (rc == 0 && !S_ISREG(st.st_mode))
		rc = error_set(err, ERR_FAILED, path, "put a file there, or remove it",
			"the configuration is not a regular file");
	else if (rc || read_all(fd, out))
		rc = error_errno(err, path, "try another medium", "it cannot be read");
	close(fd);
	return rc;
}

int conf_load(struct conf *c, const char *media, const char *file, struct error *err)
{
	struct stat st;
	struct buf text = BUF_INIT;
	conf_default(c);
	if (!file && !media)
		return 0;
	if (!file && (stat(media, &st) || !S_ISDIR(st.st_mode)))
		return error_set(err, ERR_FAILED, media,
			"mount the medium and name its directory (--media)",
			"there is no such directory");
	char *path = file ? xstrdup(file) : xasprintf("%s/" CONF_NAME, media);
	int rc = read_file(path, file != NULL, &text, err);
	if (rc == 0 && conf_parse(c, buf_bytes(&text), err)) {
		snprintf(err->path, sizeof(err->path), "%s", path);
		rc = -1;
	}
	buf_free(&text);
	free(path);
	return rc;
}

int conf_owner(struct conf *c, const struct root *root, struct error *err)
{
	if (!c->key_owner || account_find(root, c->key_owner, &c->owner))
		return 0;
	return error_set(err, ERR_FAILED, ACCOUNT_FILE,
		"correct key_owner: in certrescue.conf; root always is one",
		"the node has no account \"%s\"", c->key_owner);
}
