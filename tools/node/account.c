// SPDX-License-Identifier: MIT
// account: looks a name up in a passwd file.
#include <string.h>

#include "node/account.h"

#define PASSWD_MAX (1 << 20)

/* Digits up to a colon or the end; 4294967295 is the number that means none (chown(2)). */
static bool read_number(struct bytes s, uid_t *uid)
{
	uint64_t n = 0;
	size_t i = 0;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && n < UINT32_MAX; i++)
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	if (i == 0 || n >= UINT32_MAX || (i < s.n && s.p[i] != ':'))
		return false;
	*uid = (uid_t)n;
	return true;
}

static struct bytes behind(struct bytes line, uint8_t c)
{
	const uint8_t *at = line.n ? memchr(line.p, c, line.n) : NULL;
	if (!at)
		return (struct bytes){line.p + line.n, 0};
	return (struct bytes){at + 1, (size_t)(line.p + line.n - at - 1)};
}

bool account_in(struct bytes passwd, const char *name, uid_t *uid)
{
	size_t n = strlen(name);
	while (passwd.n) {
		struct bytes next = behind(passwd, '\n');
		struct bytes line = {passwd.p, (size_t)(next.p - passwd.p)};
		if (line.n && line.p[line.n - 1] == '\n')
			line.n--;
		if (line.n > n && line.p[n] == ':' && memcmp(line.p, name, n) == 0)
			return read_number(behind(behind(line, ':'), ':'), uid);
		passwd = next;
	}
	return false;
}

bool account_find(const struct root *root, const char *name, uid_t *uid)
{
	struct buf text = BUF_INIT;
	struct error ignored = ERROR_INIT;
	struct stat st;
	if (strcmp(name, "root") == 0) {
		*uid = 0;
		return true;
	}
	if (read_number(bytes_of(name), uid))
		return true;
	bool found = root_read(root, ACCOUNT_FILE, PASSWD_MAX, &text, &st, &ignored) == 0 &&
		     account_in(buf_bytes(&text), name, uid);
	buf_free(&text);
	return found;
}
