/* SPDX-License-Identifier: MIT */
/* pattern_program: what pattern.c makes of a pattern and pattern_match.c runs. */
#ifndef BASE_PATTERN_PROGRAM_H
#define BASE_PATTERN_PROGRAM_H

#include "base/pattern.h"

enum op { OP_SET, OP_SPLIT, OP_JUMP, OP_BEGIN, OP_END, OP_MATCH };

/* Jumps are relative, so that a piece of program can be moved. */
struct step {
	enum op op;
	int x, y;        /* split: two ways on; jump: x */
	size_t from, to; /* set: its ranges */
	bool negated;
};

struct range {
	uint32_t low, high;
};

struct pattern {
	struct step *steps;
	size_t n, cap;
	struct range *ranges;
	size_t n_ranges, cap_ranges;
	bool any_case;
};

/* The character at *s, which moves behind it; what is not UTF-8 is U+FFFD. */
uint32_t pattern_char(const uint8_t **s, const uint8_t *end);

#endif
