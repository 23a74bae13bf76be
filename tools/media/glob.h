/* SPDX-License-Identifier: MIT */
/*
 * glob: the patterns of certrescue.conf. The whole text must match, letter by letter. * stands for
 * any run of characters, also none, that stays within one part of the text; ** for any run.
 */
#ifndef MEDIA_GLOB_H
#define MEDIA_GLOB_H

#include <stdbool.h>

enum glob_parts {
	GLOB_PATH, /* parts end at / */
	GLOB_NAME, /* of a name as cert_name_text writes it: parts end at , and + without \ */
};

/* Takes time in proportion to both lengths, whatever the pattern. */
bool glob_match(enum glob_parts parts, const char *pattern, const char *text);

#endif
