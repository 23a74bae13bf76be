// SPDX-License-Identifier: MIT
// pattern_match: runs a pattern's program over a text, all its states at once.
#include <stdlib.h>
#include <string.h>

#include "base/pattern_program.h"

uint32_t pattern_char(const uint8_t **s, const uint8_t *end)
{
	const uint8_t *p = *s;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	*s = p + 1;
	if (n == 1)
		return p[0];
	if (n == 0 || p[0] > 0xf4 || n > (size_t)(end - p))
		return 0xfffd;
	uint32_t v = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0xfffd;
		v = v << 6 | (p[i] & 0x3f);
	}
	*s = p + n;
	return v;
}

/* The steps that wait for the next character; seen: those that were looked at for this one. */
struct states {
	size_t *waiting, *todo;
	size_t n;
	bool *seen;
	bool matched;
};

static void follow(const struct pattern *p, struct states *s, size_t from, bool begin, bool end)
{
	size_t n = 0;
	s->todo[n++] = from;
	while (n) {
		size_t i = s->todo[--n];
		if (s->seen[i])
			continue;
		s->seen[i] = true;
		const struct step *step = &p->steps[i];
		switch (step->op) {
		case OP_SET:
			s->waiting[s->n++] = i;
			break;
		case OP_SPLIT:
			s->todo[n++] = i + (size_t)step->x;
			s->todo[n++] = i + (size_t)step->y;
			break;
		case OP_JUMP:
			s->todo[n++] = i + (size_t)step->x;
			break;
		case OP_BEGIN:
		case OP_END:
			if (step->op == OP_BEGIN ? begin : end)
				s->todo[n++] = i + 1;
			break;
		case OP_MATCH:
			s->matched = true;
			break;
		}
	}
}

static bool in_ranges(const struct pattern *p, const struct step *s, uint32_t c)
{
	for (size_t i = s->from; i < s->to; i++)
		if (c >= p->ranges[i].low && c <= p->ranges[i].high)
			return true;
	return false;
}

static bool takes(const struct pattern *p, const struct step *s, uint32_t c)
{
	bool in = in_ranges(p, s, c);
	uint32_t other = c | 0x20;
	if (!in && p->any_case && other >= 'a' && other <= 'z')
		in = in_ranges(p, s, c ^ 0x20);
	return in != s->negated;
}

bool pattern_matches(const struct pattern *p, struct bytes text)
{
	const uint8_t *at = text.p, *end = text.p + text.n;
	size_t *old = xmalloc(p->n * sizeof(*old));
	struct states s = {.waiting = xmalloc(p->n * sizeof(*old)),
		.todo = xmalloc((2 * p->n + 2) * sizeof(*old)),
		.seen = xmalloc(p->n)};
	follow(p, &s, 0, true, text.n == 0);
	while (!s.matched && at < end) {
		uint32_t c = pattern_char(&at, end);
		size_t n = s.n, *swap = old;
		old = s.waiting;
		s.waiting = swap;
		s.n = 0;
		memset(s.seen, 0, p->n);
		for (size_t i = 0; i < n; i++)
			if (takes(p, &p->steps[old[i]], c))
				follow(p, &s, old[i] + 1, false, at == end);
		follow(p, &s, 0, false, at == end);
	}
	free(old);
	free(s.waiting);
	free(s.todo);
	free(s.seen);
	return s.matched;
}
