// SPDX-License-Identifier: MIT
// modules: depmod's text indexes in memory, and finit_module.
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "disk/modules.h"

#define INIT_COMPRESSED_FILE 4 /* MODULE_INIT_COMPRESSED_FILE of linux/module.h, since 5.17 */
#define INDEX_MAX (16 << 20)

struct module {
	char *name;  /* with _ for - */
	char *path;  /* below dir */
	char *needs; /* paths, separated by spaces; the one to load first stands last */
	bool done;   /* loaded, tried in vain, or being loaded */
	int error;   /* errno of the attempt */
};

struct alias {
	char *pattern;
	char *module;
	size_t literal; /* bytes before the first wildcard: most aliases differ there already */
};

struct modules {
	char *dir;
	char *cmdline;
	struct buf dep, alias, softdep; /* the texts that the pointers below point into */
	struct module *module;
	size_t modules;
	struct alias *aliases;
	size_t n_aliases;
	struct alias *soft; /* pattern: the module; module: the rest of its line */
	size_t n_soft;
	size_t loaded;
};

static int read_index(const char *dir, const char *name, struct buf *b, struct error *err)
{
	char *path = xasprintf("%s/%s", dir, name);
	int rc = 0, fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;
	if (fd >= 0) {
		do {
			got = read(fd, buf_room(b, 1 << 16), 1 << 16);
			if (got > 0)
				b->n += (size_t)got;
		} while (got > 0 && b->n < INDEX_MAX);
		close(fd);
	}
	if (got < 0)
		rc = error_errno(err, path, "boot an image that was built whole",
			"the index of the kernel's modules cannot be read");
	buf_add(b, "", 1); /* ends the last line as a string */
	b->n--;
	free(path);
	return rc;
}

/* Cuts the next line off *text; NULL at the end. */
static char *next_line(char **text)
{
	char *line = *text;
	if (!line || !*line)
		return NULL;
	char *end = strchr(line, '\n');
	*text = end ? end + 1 : line + strlen(line);
	if (end)
		*end = 0;
	return line;
}

static size_t count_lines(const struct buf *b)
{
	size_t n = 1;
	for (size_t i = 0; i < b->n; i++)
		n += b->p[i] == '\n';
	return n;
}

static char *name_of(const char *path)
{
	const char *base = strrchr(path, '/');
	base = base ? base + 1 : path;
	char *name = xstrndup(base, strcspn(base, "."));
	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

static void index_deps(struct modules *m)
{
	char *text = (char *)m->dep.p, *line;
	m->module = xmalloc(count_lines(&m->dep) * sizeof(*m->module));
	while ((line = next_line(&text))) {
		char *colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon = 0;
		m->module[m->modules++] =
			(struct module){.name = name_of(line), .path = line, .needs = colon + 1};
	}
}

/* Lines "KEYWORD PATTERN REST". */
static void index_pairs(struct buf *b, const char *keyword, struct alias **list, size_t *n)
{
	char *text = (char *)b->p, *line;
	size_t skip = strlen(keyword);
	*list = xmalloc(count_lines(b) * sizeof(**list));
	while ((line = next_line(&text))) {
		if (strncmp(line, keyword, skip) != 0 || line[skip] != ' ')
			continue;
		char *pattern = line + skip + 1, *space = strchr(pattern, ' ');
		if (!space)
			continue;
		*space = 0;
		(*list)[(*n)++] = (struct alias){pattern, space + 1, strcspn(pattern, "*?[\\")};
	}
}

int modules_open(struct modules **to, const char *dir, const char *cmdline, struct error *err)
{
	struct modules *m = xmalloc(sizeof(*m));
	*to = m;
	m->dir = xstrdup(dir);
	m->cmdline = xstrdup(cmdline ? cmdline : "");
	if (read_index(dir, "modules.dep", &m->dep, err) ||
		read_index(dir, "modules.alias", &m->alias, err) ||
		read_index(dir, "modules.softdep", &m->softdep, err)) {
		modules_close(m);
		*to = NULL;
		return -1;
	}
	index_deps(m);
	index_pairs(&m->alias, "alias", &m->aliases, &m->n_aliases);
	index_pairs(&m->softdep, "softdep", &m->soft, &m->n_soft);
	return 0;
}

void modules_close(struct modules *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->modules; i++)
		free(m->module[i].name);
	free(m->module);
	free(m->aliases);
	free(m->soft);
	buf_free(&m->dep);
	buf_free(&m->alias);
	buf_free(&m->softdep);
	free(m->dir);
	free(m->cmdline);
	free(m);
}

static struct module *find(struct modules *m, const char *name, size_t n)
{
	for (size_t i = 0; i < m->modules; i++) {
		const char *have = m->module[i].name;
		size_t k = 0;
		while (k < n && have[k] == (name[k] == '-' ? '_' : name[k]))
			k++;
		if (k == n && !have[n])
			return &m->module[i];
	}
	return NULL;
}

/* The parameters of this module on the kernel command line: NAME.PARAMETER[=VALUE], quotes kept. */
static void parameters(const struct modules *m, const char *name, struct buf *to)
{
	size_t n = strlen(name);
	for (const char *p = m->cmdline; *p;) {
		p += strspn(p, " \n");
		size_t len = strcspn(p, " \n"), k = 0;
		while (k < n && k < len && name[k] == (p[k] == '-' ? '_' : p[k]))
			k++;
		if (k == n && k < len && p[k] == '.') {
			buf_add(to, p + n + 1, len - n - 1);
			buf_str(to, " ");
		}
		p += len;
	}
}

static int insert(struct modules *m, struct module *mod)
{
	struct buf options = BUF_INIT;
	char *path = xasprintf("%s/%s", m->dir, mod->path);
	size_t n = strlen(path);
	int flags = n > 3 && strcmp(path + n - 3, ".ko") == 0 ? 0 : INIT_COMPRESSED_FILE;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	parameters(m, mod->name, &options);
	if (fd < 0 || syscall(SYS_finit_module, fd, buf_text(&options), flags) < 0)
		mod->error = errno == EEXIST ? 0 : errno;
	else
		m->loaded++;
	if (fd >= 0)
		close(fd);
	buf_free(&options);
	free(path);
	return mod->error;
}

static int load(struct modules *m, struct module *mod);

/* A name as softdeps use it: a module or an alias (crc32c is an alias of two). */
static void load_any(struct modules *m, const char *name, size_t n)
{
	struct module *mod = find(m, name, n);
	if (mod) {
		load(m, mod);
		return;
	}
	char *alias = xstrndup(name, n);
	modules_match(m, alias);
	free(alias);
}

/* "pre: a b post: c": when is "pre:" or "post:". Soft: failures do not count. */
static void load_soft(struct modules *m, const struct module *mod, const char *when)
{
	for (size_t i = 0; i < m->n_soft; i++) {
		const char *p = m->soft[i].module;
		const char *name = m->soft[i].pattern;
		bool now = false;
		if (find(m, name, strlen(name)) != mod)
			continue;
		while (*p) {
			size_t n = strcspn(p, " ");
			if (n && p[n - 1] == ':')
				now = strncmp(p, when, n) == 0;
			else if (n && now)
				load_any(m, p, n);
			p += n;
			p += strspn(p, " ");
		}
	}
}

static int load(struct modules *m, struct module *mod)
{
	if (mod->done)
		return mod->error;
	mod->done = true;
	load_soft(m, mod, "pre:");
	const char *end = mod->needs + strlen(mod->needs);
	while (end > mod->needs) { /* from the last, on which the others build */
		const char *start = end;
		while (start > mod->needs && start[-1] != ' ')
			start--;
		if (start < end) {
			char *path = xstrndup(start, (size_t)(end - start)), *name = name_of(path);
			struct module *need = find(m, name, strlen(name));
			if (need)
				load(m, need);
			free(name);
			free(path);
		}
		end = start > mod->needs ? start - 1 : start;
	}
	insert(m, mod);
	load_soft(m, mod, "post:");
	return mod->error;
}

int modules_load(struct modules *m, const char *name, struct error *err)
{
	struct module *mod = find(m, name, strlen(name));
	if (!mod || !load(m, mod))
		return 0;
	errno = mod->error;
	return error_errno(err, mod->path, "see dmesg for the kernel's reason",
		"the kernel did not take its module %s", mod->name);
}

size_t modules_match(struct modules *m, const char *modalias)
{
	size_t before = m->loaded, len = strlen(modalias);
	for (size_t i = 0; i < m->n_aliases; i++) {
		const struct alias *a = &m->aliases[i];
		if (a->literal > len || memcmp(a->pattern, modalias, a->literal) != 0)
			continue;
		if (fnmatch(a->pattern, modalias, 0) != 0)
			continue;
		struct module *mod = find(m, a->module, strlen(a->module));
		if (mod)
			load(m, mod);
	}
	return m->loaded - before;
}

size_t modules_loaded(const struct modules *m)
{
	return m->loaded;
}
