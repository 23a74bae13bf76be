// SPDX-License-Identifier: MIT
// Hardware clocks: any adjtime and time zone file is understood or not; no zone is further than a
// day or so.
#include <stdlib.h>
#include <string.h>

#include "disk/hwclock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Four bytes of a time, then the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t seconds;
	int64_t utc = 0;
	if (size < sizeof(seconds))
		return 0;
	memcpy(&seconds, data, sizeof(seconds));
	int64_t wall = seconds;
	/* What follows is copied, so that a look past its end is seen. */
	size_t n = size - sizeof(seconds);
	uint8_t *copy = malloc(n ? n : 1);
	memcpy(copy, data + sizeof(seconds), n);
	struct bytes file = {copy, n};
	hwclock_is_local(file);
	if (hwclock_to_utc(file, wall, &utc) && (wall - utc < -89999 || wall - utc > 93599))
		abort();
	free(copy);
	return 0;
}
