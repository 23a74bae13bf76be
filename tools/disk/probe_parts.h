/* SPDX-License-Identifier: MIT */
/*
 * probe_parts: the pieces of probe: one function a family. Each returns true and fills p if it
 * finds its signature; p->kind is PROBE_UNKNOWN before. Only probe.c calls them.
 */
#ifndef DISK_PROBE_PARTS_H
#define DISK_PROBE_PARTS_H

#include "base/buf.h"
#include "disk/probe.h"

/* head: the device's first bytes, PROBE_HEAD of them or as many as it has. */
#define PROBE_HEAD (72 * 1024)

bool probe_raid(const struct probe_source *src, struct bytes head, struct probe *p);
bool probe_member(struct bytes head, struct probe *p); /* LUKS, LVM, bcache, ... */
bool probe_swap(struct bytes head, struct probe *p);
bool probe_ext(struct bytes head, struct probe *p);
bool probe_xfs(struct bytes head, struct probe *p);
bool probe_iso9660(struct bytes head, struct probe *p);
bool probe_fat(const struct probe_source *src, struct bytes head, struct probe *p);
bool probe_other(struct bytes head, struct probe *p); /* btrfs, ntfs, ...: by magic alone */

/* True if the n bytes of magic stand at offset. */
bool probe_at(struct bytes head, size_t offset, const char *magic, size_t n);
/* Copies n bytes as text, cut at the first NUL, spaces dropped at the end. */
void probe_text(struct bytes head, size_t offset, size_t n, char *to, size_t cap);
void probe_uuid(struct bytes head, size_t offset, char to[40]);

uint16_t probe_le16(const uint8_t *p);
uint32_t probe_le32(const uint8_t *p);
uint64_t probe_le64(const uint8_t *p);
uint32_t probe_be32(const uint8_t *p);
uint64_t probe_be64(const uint8_t *p);

#endif
