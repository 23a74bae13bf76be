// SPDX-License-Identifier: MIT
// outset: stages files one by one and puts them in their places together.
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/outset.h"

void outset_begin(struct outset *s)
{
	static const int held[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGTSTP};
	sigset_t set;
	*s = (struct outset){.n = 0};
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
		sigaddset(&set, held[i]);
	sigprocmask(SIG_BLOCK, &set, &s->mask);
}

int outset_mkdir(struct outset *s, const char *path, struct error *err)
{
	struct stat st;
	bool there = stat(path, &st) == 0;
	if (outfile_mkdir(path, err))
		return -1;
	if (there)
		return 0;
	s->dirs = xrealloc(s->dirs, (s->n_dirs + 1) * sizeof(*s->dirs));
	s->dirs[s->n_dirs++] = xstrdup(path);
	return 0;
}

int outset_add(struct outset *s, const char *path, struct bytes content, mode_t mode, bool replace,
	struct error *err)
{
	struct outfile f = OUTFILE_INIT;
	if (outfile_stage(&f, path, content, mode, replace, err))
		return -1;
	s->v = xrealloc(s->v, (s->n + 1) * sizeof(*s->v));
	s->v[s->n++] = f;
	return 0;
}

int outset_put(struct outset *s, struct error *err)
{
	struct error later;
	int rc = outfile_sync(s->v, s->n, err);
	while (rc == 0 && s->put < s->n) {
		rc = outfile_put(&s->v[s->put], err);
		s->put += rc == 0;
	}
	if (outfile_sync_places(s->v, s->put, rc ? &later : err))
		rc = -1;
	return rc;
}

void outset_undo(struct outset *s)
{
	while (s->put > 0)
		unlink(s->v[--s->put].path);
}

void outset_end(struct outset *s)
{
	for (size_t i = 0; i < s->n; i++)
		outfile_drop(&s->v[i]);
	for (size_t i = s->n_dirs; i-- > 0;) {
		rmdir(s->dirs[i]); /* stays where there is something in it */
		free(s->dirs[i]);
	}
	free(s->v);
	free(s->dirs);
	sigprocmask(SIG_SETMASK, &s->mask, NULL);
	*s = (struct outset){.n = 0};
}
