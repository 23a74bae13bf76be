// SPDX-License-Identifier: MIT
// survey: block and probe together, and the reasons not to open a device.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "disk/survey.h"

static const struct survey_disk *disk_of(const struct survey *s, const struct survey_disk *part)
{
	for (size_t i = 0; part->dev.parent[0] && i < s->n; i++)
		if (strcmp(s->v[i].dev.name, part->dev.parent) == 0)
			return &s->v[i];
	return part;
}

/* Two disks of one identity are two paths to one disk, and multipath is what should open it. */
static bool multipath(const struct survey *s, const struct survey_disk *disk)
{
	for (size_t i = 0; disk->dev.wwid[0] && i < s->n; i++)
		if (&s->v[i] != disk && strcmp(s->v[i].dev.wwid, disk->dev.wwid) == 0)
			return true;
	return false;
}

static const char *refusal(const struct survey *s, const struct survey_disk *d)
{
	const struct survey_disk *disk = disk_of(s, d);
	if (d->what.kind == PROBE_MEMBER)
		return "a part of something larger is never mounted alone; this version does not "
		       "assemble it";
	if (disk != d && disk->what.kind == PROBE_MEMBER && disk->what.whole)
		return "the whole disk is a RAID member; this version does not assemble it";
	if (d->dev.held)
		return "something is built on it already";
	if (multipath(s, disk))
		return "one of several paths to the same disk (multipath); detach the others";
	if (disk == d && d->dev.partitioned)
		return "its partitions are looked at instead";
	return NULL;
}

void survey_take(struct survey *s, const char *sys)
{
	struct block_list list = BLOCK_LIST_INIT;
	survey_free(s);
	block_scan(&list, sys);
	s->v = xmalloc((list.n + 1) * sizeof(*s->v));
	s->n = list.n;
	for (size_t i = 0; i < s->n; i++) {
		s->v[i].dev = list.v[i];
		probe_path(list.v[i].path, list.v[i].size, &s->v[i].what);
	}
	for (size_t i = 0; i < s->n; i++) {
		struct survey_disk *d = &s->v[i];
		d->refused = refusal(s, d);
		if (d->dev.partitioned && d->what.kind == PROBE_UNKNOWN)
			snprintf(d->what.name, sizeof(d->what.name), "partitioned");
	}
	block_free(&list);
}

void survey_free(struct survey *s)
{
	free(s->v);
	*s = (struct survey)SURVEY_INIT;
}

bool survey_mountable(const struct survey_disk *d)
{
	switch (d->what.kind) {
	case PROBE_EXT:
	case PROBE_XFS:
	case PROBE_FAT:
	case PROBE_ISO9660:
		return !d->refused;
	default:
		return false;
	}
}

static bool is_named(const struct survey_disk *d, const char *name)
{
	if (strncmp(name, "UUID=", 5) == 0)
		return name[5] && strcasecmp(d->what.uuid, name + 5) == 0;
	if (strncmp(name, "LABEL=", 6) == 0)
		return name[6] && strcmp(d->what.label, name + 6) == 0;
	return strcmp(d->dev.path, name) == 0 || strcmp(d->dev.name, name) == 0;
}

const struct survey_disk *survey_find(const struct survey *s, const char *name)
{
	const struct survey_disk *found = NULL;
	for (size_t i = 0; i < s->n; i++) {
		if (!is_named(&s->v[i], name))
			continue;
		if (found)
			return NULL;
		found = &s->v[i];
	}
	return found;
}
