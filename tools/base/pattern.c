// SPDX-License-Identifier: MIT
// pattern: a regular expression as a small program whose states all run at once (Thompson 1968).
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/pattern.h"
#include "base/pattern_program.h"

#define TEXT_MAX 1024
#define STEPS_MAX 10000 /* both bound what counted repetition can make */
#define WORK_MAX 50000
#define NESTED_MAX 64

struct reader {
	struct pattern *p;
	const char *text, *at;
	int nested;
	size_t work; /* atoms read, again and again where they are repeated */
	struct error *err;
};

static int fail(const struct reader *r, const char *what)
{
	return error_set(r->err, ERR_FAILED, NULL, "write it in another way",
		"%s at character %zu of the pattern \"%s\"", what, (size_t)(r->at - r->text) + 1,
		r->text);
}

/* --- the program ---------------------------------------------------------------------------- */

/* Room for one step at place i; what follows moves. */
static struct step *insert(struct pattern *p, size_t i, enum op op)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 32;
		p->steps = xrealloc(p->steps, p->cap * sizeof(*p->steps));
	}
	memmove(p->steps + i + 1, p->steps + i, (p->n - i) * sizeof(*p->steps));
	p->n++;
	p->steps[i] = (struct step){.op = op};
	return &p->steps[i];
}

static void add_range(struct pattern *p, uint32_t low, uint32_t high)
{
	if (p->n_ranges == p->cap_ranges) {
		p->cap_ranges = p->cap_ranges ? 2 * p->cap_ranges : 32;
		p->ranges = xrealloc(p->ranges, p->cap_ranges * sizeof(*p->ranges));
	}
	p->ranges[p->n_ranges++] = (struct range){low, high};
}

/* The step for all ranges that were added since there were from of them. */
static void add_set(struct pattern *p, size_t from, bool negated)
{
	struct step *s = insert(p, p->n, OP_SET);
	s->from = from;
	s->to = p->n_ranges;
	s->negated = negated;
}

/* --- reading -------------------------------------------------------------------------------- */

static uint32_t take_char(struct reader *r)
{
	const uint8_t *s = (const uint8_t *)r->at;
	uint32_t c = pattern_char(&s, s + strlen(r->at));
	r->at = (const char *)s;
	return c;
}

/* The ranges of \d, \w and \s; false: another letter. */
static bool add_class(struct pattern *p, char letter)
{
	static const struct {
		char letter;
		struct range range;
	} known[] = {{'d', {'0', '9'}}, {'w', {'0', '9'}}, {'w', {'A', 'Z'}}, {'w', {'_', '_'}},
		{'w', {'a', 'z'}}, {'s', {'\t', '\n'}}, {'s', {'\f', '\r'}}, {'s', {' ', ' '}}};
	bool any = false;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].letter != letter)
			continue;
		add_range(p, known[i].range.low, known[i].range.high);
		any = true;
	}
	return any;
}

/* One character as an escape names it: punctuation for itself, \n, \t ... */
static int escaped(struct reader *r, uint32_t *c)
{
	static const char from[] = "nrtfva", to[] = "\n\r\t\f\v\a";
	unsigned char ch = (unsigned char)*r->at;
	const char *at = ch ? strchr(from, ch) : NULL;
	if (ch == 0)
		return fail(r, "nothing behind \\");
	if (ch >= 0x80 || (isalnum(ch) && !at))
		return fail(r, "an escape that is not known here");
	r->at++;
	*c = at ? (uint32_t)to[at - from] : ch;
	return 0;
}

/* One end of a range within brackets. */
static int set_char(struct reader *r, uint32_t *c)
{
	if (!*r->at)
		return fail(r, "a bracket [ that is not closed");
	if (*r->at == '\\') {
		r->at++;
		return escaped(r, c);
	}
	*c = take_char(r);
	return 0;
}

static int set_member(struct reader *r)
{
	uint32_t low, high;
	if (r->at[0] == '[' && r->at[1] == ':')
		return fail(r, "a class [: that is not known here");
	if (r->at[0] == '\\' && add_class(r->p, r->at[1])) {
		r->at += 2;
		return 0;
	}
	if (set_char(r, &low))
		return -1;
	high = low;
	if (r->at[0] == '-' && r->at[1] != ']') {
		r->at++;
		if (set_char(r, &high))
			return -1;
		if (high < low)
			return fail(r, "a range that ends before it begins");
	}
	add_range(r->p, low, high);
	return 0;
}

/* From behind [. */
static int read_set(struct reader *r)
{
	size_t from = r->p->n_ranges;
	bool negated = *r->at == '^', first = true;
	r->at += negated;
	for (; *r->at != ']' || first; first = false)
		if (set_member(r))
			return -1;
	r->at++;
	add_set(r->p, from, negated);
	return 0;
}

static int read_either(struct reader *r);

static int read_group(struct reader *r)
{
	if (r->at[0] == '?') {
		if (r->at[1] != ':')
			return fail(r, "a kind of group (? that is not known here");
		r->at += 2;
	}
	if (++r->nested > NESTED_MAX)
		return fail(r, "groups nested too deep");
	if (read_either(r))
		return -1;
	r->nested--;
	if (*r->at != ')')
		return fail(r, "a group ( that is not closed");
	r->at++;
	return 0;
}

static int read_escape(struct reader *r)
{
	size_t from = r->p->n_ranges;
	uint32_t c;
	if (*r->at == 'A' || *r->at == 'z') {
		insert(r->p, r->p->n, *r->at++ == 'A' ? OP_BEGIN : OP_END);
		return 0;
	}
	if (add_class(r->p, *r->at)) {
		r->at++;
	} else {
		if (escaped(r, &c))
			return -1;
		add_range(r->p, c, c);
	}
	add_set(r->p, from, false);
	return 0;
}

static int read_atom(struct reader *r)
{
	size_t from = r->p->n_ranges;
	uint32_t c;
	if (++r->work > WORK_MAX || r->p->n > STEPS_MAX || r->p->n_ranges > WORK_MAX)
		return fail(r, "too much repetition");
	if (strchr("*+?", *r->at))
		return fail(r, "nothing to repeat");
	if (strchr("^$", *r->at)) {
		insert(r->p, r->p->n, *r->at++ == '^' ? OP_BEGIN : OP_END);
		return 0;
	}
	switch (c = take_char(r)) {
	case '(':
		return read_group(r);
	case '[':
		return read_set(r);
	case '\\':
		return read_escape(r);
	case '.':
		add_range(r->p, '\n', '\n');
		add_set(r->p, from, true);
		return 0;
	default:
		add_range(r->p, c, c);
		add_set(r->p, from, false);
		return 0;
	}
}

/* --- repetition ----------------------------------------------------------------------------- */

/* {n}, {n,} or {n,m} at r->at; most -1: no end. 1: read; 0: it is no count but text, as in RE2. */
static int read_count(struct reader *r, int *least, int *most)
{
	char *end;
	const char *s = r->at + 1;
	if (*s < '0' || *s > '9')
		return 0;
	long a = strtol(s, &end, 10), b = a;
	if (*end == ',') {
		s = end + 1;
		b = -1;
		end = (char *)s;
		if (*s >= '0' && *s <= '9')
			b = strtol(s, &end, 10);
	}
	if (*end != '}')
		return 0;
	if (a > 1000 || b > 1000 || (b >= 0 && b < a))
		return fail(r, "a count that is too large or ends before it begins");
	r->at = end + 1;
	*least = (int)a;
	*most = (int)b;
	return 1;
}

/* Makes the piece from start on one that may be left out, or repeated. */
static void optional(struct pattern *p, size_t start)
{
	int length = (int)(p->n - start);
	struct step *s = insert(p, start, OP_SPLIT);
	s->x = 1;
	s->y = length + 1;
}

static void loop(struct pattern *p, size_t start)
{
	int length = (int)(p->n - start);
	struct step *s = insert(p, start, OP_SPLIT);
	s->x = 1;
	s->y = length + 2;
	insert(p, p->n, OP_JUMP)->x = -(length + 1);
}

/* Writes the atom at text as often as it is counted: it is read again each time. */
static int repeat(struct reader *r, const char *text, size_t start, int least, int most)
{
	const char *behind = r->at;
	int times = most < 0 ? least + 1 : most;
	r->p->n = start;
	for (int i = 0; i < times; i++) {
		size_t piece = r->p->n;
		r->at = text;
		if (read_atom(r))
			return -1;
		if (most < 0 && i == least)
			loop(r->p, piece);
		else if (i >= least)
			optional(r->p, piece);
	}
	r->at = behind;
	return 0;
}

static int read_repeated(struct reader *r)
{
	const char *text = r->at;
	size_t start = r->p->n;
	int least = 0, most = -1, counted = 0, again;
	if (read_atom(r))
		return -1;
	if (*r->at == '{' && (counted = read_count(r, &least, &most)) < 0)
		return -1;
	if (!counted && (!*r->at || !strchr("*+?", *r->at)))
		return 0;
	if (!counted) {
		least = *r->at == '+';
		most = *r->at == '?' ? 1 : -1;
		r->at++;
	}
	if (*r->at == '?') /* lazy: matches the same texts */
		r->at++;
	if ((*r->at && strchr("*+?", *r->at)) ||
		(*r->at == '{' && read_count(r, &again, &again) != 0))
		return fail(r, "a repetition of a repetition");
	return repeat(r, text, start, least, most);
}

static int read_sequence(struct reader *r)
{
	while (*r->at && *r->at != '|' && *r->at != ')')
		if (read_repeated(r))
			return -1;
	return 0;
}

static int read_either(struct reader *r)
{
	size_t start = r->p->n;
	if (read_sequence(r))
		return -1;
	while (*r->at == '|') {
		r->at++;
		int length = (int)(r->p->n - start);
		struct step *s = insert(r->p, start, OP_SPLIT);
		s->x = 1;
		s->y = length + 2;
		size_t jump = r->p->n;
		insert(r->p, jump, OP_JUMP);
		if (read_sequence(r))
			return -1;
		r->p->steps[jump].x = (int)(r->p->n - jump);
	}
	return 0;
}

struct pattern *pattern_read(const char *text, struct error *err)
{
	struct reader r = {.p = xmalloc(sizeof(*r.p)), .text = text, .at = text, .err = err};
	int rc = -1;
	if (strncmp(text, "(?i)", 4) == 0) {
		r.p->any_case = true;
		r.at += 4;
	}
	if (strlen(text) > TEXT_MAX)
		error_set(err, ERR_FAILED, NULL, "shorten it",
			"a pattern of more than %d characters", TEXT_MAX);
	else
		rc = read_either(&r);
	if (rc == 0 && *r.at)
		rc = fail(&r, "a ) without a (");
	if (rc == 0) {
		insert(r.p, r.p->n, OP_MATCH);
		return r.p;
	}
	pattern_free(r.p);
	return NULL;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	free(p->steps);
	free(p->ranges);
	free(p);
}
