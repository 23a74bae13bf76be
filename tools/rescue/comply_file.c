// SPDX-License-Identifier: MIT
// comply_file: who can read a node's private keys, or put others in their place.
#include <stdio.h>
#include <string.h>

#include "node/path.h"
#include "rescue/comply.h"
#include "rescue/verify_work.h"

#define OTHERS_WRITE 0022

/* A person's: the group is mostly that person's own, and the owner is that person. */
static bool at_home(const char *path)
{
	return path_beneath(path, "/home") && path[strlen("/home")];
}

static uid_t owner(const struct inventory *inv, const struct conf *conf)
{
	return conf->key_owner ? conf->owner : inv->root_uid;
}

/* A component that does not run as root has to read its keys: it is no finding that it can. */
static bool may_own(const struct inventory *inv, const struct conf *conf, uid_t uid)
{
	if (uid == owner(inv, conf))
		return true;
	for (size_t i = 0; i < inv->n_pod_uids && !conf->key_owner; i++)
		if (inv->pod_uids[i] == uid)
			return true;
	return false;
}

static const struct inv_dir *dir_of(const struct inventory *inv, const char *file)
{
	char parent[PATH_MAX];
	path_parent(file, parent);
	for (size_t i = 0; i < inv->n_dirs; i++)
		if (strcmp(inv->dirs[i].path, parent) == 0)
			return &inv->dirs[i];
	return NULL;
}

/* The kubelet and kubectl write their own files with 0600 again and again, whatever the policy is.
 */
static mode_t most(const struct inventory *inv, const struct conf *conf, const char *path)
{
	bool kubelets = inv->kubelet_dir && path_beneath(path, inv->kubelet_dir);
	bool rewritten = kubelets || at_home(path) || path_beneath(path, "/root");
	return conf->key_mode | (rewritten ? 0600 : 0);
}

static void want_owner(const struct inventory *inv, const struct conf *conf,
	const struct inv_file *f, struct comply_file *want)
{
	const struct inv_dir *home = at_home(f->real) ? dir_of(inv, f->real) : NULL;
	if (at_home(f->real)) {
		if (home && want->uid != inv->root_uid && want->uid != home->st.st_uid) {
			want->uid = home->st.st_uid;
			want->gid = home->st.st_gid;
		}
	} else if (!may_own(inv, conf, want->uid)) {
		want->uid = owner(inv, conf);
		want->gid = want->uid ? want->gid : 0;
	}
}

bool comply_file(
	const struct inventory *inv, const struct conf *conf, size_t file, struct comply_file *want)
{
	const struct inv_file *f = &inv->files[file];
	mode_t has = f->st.st_mode & 07777, limit = most(inv, conf, f->real);
	if (!f->holds_key)
		return false;
	*want = (struct comply_file){has, f->st.st_uid, f->st.st_gid};
	if (has & ~limit)
		want->mode = (has & limit) | (limit & 0400);
	want_owner(inv, conf, f, want);
	return want->mode != has || want->uid != f->st.st_uid;
}

/* The certificate of ours whose key stands in the file; -1: none. */
static int cert_of(const struct verify *v, size_t file)
{
	for (size_t i = 0; i < v->inv->n_certs; i++) {
		const struct inv_cert *c = &v->inv->certs[i];
		if (c->readable && c->key_file == file && c->key_state != INV_KEY_NONE &&
			c->key_state != INV_KEY_MISSING &&
			v->out->certs[i].verdict != VERIFY_FOREIGN)
			return (int)i;
	}
	return -1;
}

static void check_key_file(const struct verify *v, size_t file)
{
	const struct inv_file *f = &v->inv->files[file];
	struct comply_file want;
	char remedy[128];
	if (!comply_file(v->inv, v->conf, file, &want))
		return;
	unsigned has = (unsigned)f->st.st_mode & 07777;
	int cert = cert_of(v, file);
	snprintf(remedy, sizeof(remedy), "certrescue renew --fix-modes mends it, or chmod %04o",
		(unsigned)want.mode);
	if (want.mode != has)
		verify_file(v, cert, f->real, "mode", remedy,
			"holds a private key and has mode %04o, where %04o is the most", has,
			(unsigned)most(v->inv, v->conf, f->real));
	snprintf(remedy, sizeof(remedy), "certrescue renew --fix-modes mends it, or chown %u",
		(unsigned)want.uid);
	if (want.uid != f->st.st_uid)
		verify_file(v, cert, f->real, "owner", remedy,
			"holds a private key and belongs to user %u, not to %u",
			(unsigned)f->st.st_uid, (unsigned)want.uid);
}

/* Who can write a CA's certificate decides who is trusted. */
static void check_public_file(const struct verify *v, size_t file)
{
	const struct inv_file *f = &v->inv->files[file];
	if (f->holds_key || !(f->st.st_mode & OTHERS_WRITE) || at_home(f->real))
		return;
	verify_file(v, -1, f->real, "mode", "chmod go-w",
		"can be written by others than its owner (mode %04o)",
		(unsigned)f->st.st_mode & 07777);
}

static void check_dir(const struct verify *v, const struct inv_dir *d)
{
	bool home = at_home(d->path);
	char remedy[32];
	unsigned mode = (unsigned)d->st.st_mode & 07777;
	unsigned forbidden = ~(unsigned)v->conf->key_dir_mode & 0777;
	if (home)
		forbidden &= ~070u;
	/* In a sticky directory everybody can make names, but not replace another's. */
	if (!d->last)
		forbidden = mode & S_ISVTX ? 0 : OTHERS_WRITE & (home ? ~070u : ~0u);
	snprintf(remedy, sizeof(remedy), "chmod %04o", mode & ~forbidden);
	if (mode & forbidden & OTHERS_WRITE)
		verify_file(v, -1, d->path, "dir-mode", remedy,
			"leads to private keys, and others than its owner can replace what is in "
			"it (mode %04o)",
			mode);
	else if (mode & forbidden)
		verify_file(v, -1, d->path, "dir-mode", remedy,
			"holds private keys and has mode %04o, where %04o is the most", mode,
			(unsigned)v->conf->key_dir_mode);
	if (!home && d->st.st_uid != 0 && d->st.st_uid != v->inv->root_uid &&
		!may_own(v->inv, v->conf, d->st.st_uid))
		verify_file(v, -1, d->path, "dir-owner", "chown root",
			"leads to private keys and belongs to user %u, who can replace them",
			(unsigned)d->st.st_uid);
}

void comply_files(const struct verify *v)
{
	for (size_t i = 0; i < v->inv->n_files; i++) {
		check_key_file(v, i);
		check_public_file(v, i);
	}
	for (size_t i = 0; i < v->inv->n_dirs; i++)
		check_dir(v, &v->inv->dirs[i]);
}
