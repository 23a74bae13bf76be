/* SPDX-License-Identifier: MIT */
/*
 * hwclock: what the machine's hardware clock means. The kernel takes it for UTC; a system whose
 * /etc/adjtime says LOCAL (dual boot, some hypervisors) keeps it in its own zone.
 *
 * Pure: bytes in, times out.
 */
#ifndef DISK_HWCLOCK_H
#define DISK_HWCLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* True if this /etc/adjtime (hwclock(8)) says LOCAL in its third line. */
bool hwclock_is_local(struct bytes adjtime);

/*
 * Reads wall (a local time counted as if it were UTC) in the zone of a TZif file (RFC 9636), into
 * seconds since 1970. The footer's rule is used, which holds for all times after the file's last
 * transition; without one, the last transition's offset. An hour that occurs twice is taken as the
 * later one, so that a certificate made now is not valid too early. False: not a TZif file, a
 * rule that is not understood, or an offset that is none (RFC 9636, 3.2: -89999 to 93599 seconds).
 */
bool hwclock_to_utc(struct bytes tzif, int64_t wall, int64_t *utc);

#endif
