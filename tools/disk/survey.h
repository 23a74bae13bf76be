/* SPDX-License-Identifier: MIT */
/*
 * survey: every disk and partition with what it holds, and why it must not be mounted as a plain
 * filesystem, if so.
 */
#ifndef DISK_SURVEY_H
#define DISK_SURVEY_H

#include "disk/block.h"
#include "disk/probe.h"

struct survey_disk {
	struct block_device dev;
	struct probe what;
	const char *refused; /* why it is not opened; NULL: it may be, if it holds a filesystem */
};

struct survey {
	struct survey_disk *v; /* in the order of block_list */
	size_t n;
};

#define SURVEY_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

/* Looks anew (what s held is freed first); sys is "/sys" but in tests. */
void survey_take(struct survey *s, const char *sys);
void survey_free(struct survey *s);

/* True if it may be mounted: a filesystem that certrescue opens, not refused. */
bool survey_mountable(const struct survey_disk *d);

/* A device by its name (vda1), path (/dev/vda1), UUID=... or LABEL=...; NULL: none or not the only
 * one. */
const struct survey_disk *survey_find(const struct survey *s, const char *name);

#endif
