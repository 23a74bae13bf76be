// SPDX-License-Identifier: MIT
// yaml: builds the list of nodes from libyaml's events.
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "node/yaml.h"

struct level {
	struct yaml_item *item;
	size_t cap;    /* of item->child */
	size_t weight; /* items with aliases followed */
	int height;
};

struct reader {
	struct yaml_doc *doc;
	struct bytes text;
	size_t skip;      /* the byte order mark's bytes */
	uint32_t *offset; /* of each character in text */
	size_t n_offset;
	size_t cap;                             /* of doc->all */
	struct level level[YAML_DEPTH_MAX + 1]; /* level[0] only counts */
	int depth;
	int aliases;
	size_t *weight; /* of each node in doc->all, for its aliases; 0 while it is open */
	int *height;
	struct error *err;
};

static int refuse(struct reader *r, size_t line, const char *what)
{
	return error_set(r->err, ERR_FAILED, NULL, NULL, "line %zu: %s", line, what);
}

static int map_characters(struct reader *r)
{
	static const uint8_t bom[] = {0xef, 0xbb, 0xbf};
	if (r->text.n > YAML_TEXT_MAX)
		return error_set(r->err, ERR_FAILED, NULL, NULL, "longer than %d bytes of YAML",
			YAML_TEXT_MAX);
	if (r->text.n >= 2 && ((r->text.p[0] == 0xff && r->text.p[1] == 0xfe) ||
				      (r->text.p[0] == 0xfe && r->text.p[1] == 0xff)))
		return error_set(r->err, ERR_FAILED, NULL, NULL, "is UTF-16, not UTF-8");
	if (r->text.n >= 3 && !memcmp(r->text.p, bom, 3))
		r->skip = 3;
	r->offset = xmalloc((r->text.n + 1) * sizeof(*r->offset));
	for (size_t i = r->skip; i < r->text.n; i++)
		if ((r->text.p[i] & 0xc0) != 0x80)
			r->offset[r->n_offset++] = (uint32_t)i;
	r->offset[r->n_offset] = (uint32_t)r->text.n;
	return 0;
}

static size_t byte_of(const struct reader *r, const yaml_mark_t *mark)
{
	return mark->index < r->n_offset ? r->offset[mark->index] : r->text.n;
}

/* libyaml's mark of a node is its anchor's or tag's; the node itself is behind them. */
static size_t past_properties(const struct reader *r, size_t at, size_t end)
{
	while (at < end) {
		uint8_t c = r->text.p[at];
		if (c == '&' || c == '!') {
			while (at < end && !strchr(" \t\r\n", r->text.p[at]))
				at++;
		} else if (c == '#') {
			while (at < end && !strchr("\r\n", r->text.p[at]))
				at++;
		} else if (c && strchr(" \t\r\n", c)) {
			at++;
		} else {
			break;
		}
	}
	return at;
}

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void place(struct reader *r, struct yaml_item *item, const yaml_event_t *event)
{
	item->begin = byte_of(r, &event->start_mark);
	item->end = byte_of(r, &event->end_mark);
	item->line = (int)event->start_mark.line + 1;
	item->column = (int)event->start_mark.column;
	if (event->type == YAML_SCALAR_EVENT &&
		(event->data.scalar.anchor || event->data.scalar.tag))
		item->begin = past_properties(r, item->begin, item->end);
	while (event->type == YAML_SCALAR_EVENT && item->end > item->begin &&
		blank(r->text.p[item->end - 1]))
		item->end--;
}

static bool is_string_tag(const yaml_char_t *tag)
{
	return !tag || !strcmp((const char *)tag, YAML_STR_TAG) || !strcmp((const char *)tag, "!");
}

static struct yaml_item *new_item(struct reader *r, enum yaml_kind kind, const yaml_event_t *event)
{
	struct yaml_doc *doc = r->doc;
	if (doc->n_all == YAML_NODES_MAX) {
		refuse(r, event->start_mark.line + 1, "too many values");
		return NULL;
	}
	if (doc->n_all == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 64;
		doc->all = xrealloc(doc->all, r->cap * sizeof(*doc->all));
		r->weight = xrealloc(r->weight, r->cap * sizeof(*r->weight));
		r->height = xrealloc(r->height, r->cap * sizeof(*r->height));
	}
	struct yaml_item *item = xmalloc(sizeof(*item));
	item->kind = kind;
	item->to = item;
	place(r, item, event);
	r->weight[doc->n_all] = 0;
	r->height[doc->n_all] = 0;
	doc->all[doc->n_all++] = item;
	return item;
}

static bool has_key(const struct yaml_item *mapping, const char *key)
{
	for (size_t i = 0; i + 1 < mapping->n_child; i += 2)
		if (!strcmp(mapping->child[i]->to->text, key))
			return true;
	return false;
}

static int check_key(struct reader *r, const struct yaml_item *mapping, const struct yaml_item *key)
{
	size_t line = (size_t)key->line;
	if (key->to->kind != YAML_SCALAR)
		return refuse(r, line, "a key that is not plain text");
	if (mapping->n_child >= 2 * YAML_KEYS_MAX)
		return refuse(r, line, "too many keys in one mapping");
	if (has_key(mapping, key->to->text))
		return error_set(r->err, ERR_FAILED, NULL,
			"remove one of the two: programs differ in which one they take",
			"line %zu: the key %.64s stands twice in one mapping", line, key->to->text);
	return 0;
}

/* Hangs an item into the mapping or sequence that is open. */
static int attach(struct reader *r, struct yaml_item *item)
{
	if (r->depth == 0)
		return 0;
	struct level *l = &r->level[r->depth];
	if (l->item->kind == YAML_MAPPING && l->item->n_child % 2 == 0 &&
		check_key(r, l->item, item))
		return -1;
	if (l->item->n_child == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 8;
		l->item->child = xrealloc(l->item->child, l->cap * sizeof(*l->item->child));
	}
	l->item->child[l->item->n_child++] = item;
	return 0;
}

/* A node is complete: what it would be with aliases followed counts for what holds it. */
static int complete(struct reader *r, size_t index, size_t weight, int height)
{
	r->weight[index] = weight;
	r->height[index] = height;
	struct level *l = &r->level[r->depth];
	l->weight += weight;
	if (l->height < height + 1)
		l->height = height + 1;
	if (l->weight > YAML_EXPAND_MAX || l->height > 2 * YAML_DEPTH_MAX)
		return refuse(r, (size_t)r->doc->all[index]->line, "its aliases make it too big");
	return 0;
}

static int on_scalar(struct reader *r, const yaml_event_t *event)
{
	static const enum yaml_style style[] = {
		[YAML_PLAIN_SCALAR_STYLE] = YAML_PLAIN,
		[YAML_SINGLE_QUOTED_SCALAR_STYLE] = YAML_SINGLE,
		[YAML_DOUBLE_QUOTED_SCALAR_STYLE] = YAML_DOUBLE,
		[YAML_LITERAL_SCALAR_STYLE] = YAML_LITERAL,
		[YAML_FOLDED_SCALAR_STYLE] = YAML_FOLDED,
	};
	const char *value = (const char *)event->data.scalar.value;
	if (memchr(value, 0, event->data.scalar.length))
		return refuse(r, event->start_mark.line + 1, "a NUL character");
	struct yaml_item *item = new_item(r, YAML_SCALAR, event);
	if (!item)
		return -1;
	item->text = xstrndup(value, event->data.scalar.length);
	item->style = style[event->data.scalar.style];
	item->tagged = !is_string_tag(event->data.scalar.tag);
	if (event->data.scalar.anchor)
		item->anchor = xstrdup((const char *)event->data.scalar.anchor);
	return attach(r, item) ? -1 : complete(r, r->doc->n_all - 1, 1, 0);
}

static int on_alias(struct reader *r, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	size_t i = r->doc->n_all;
	if (++r->aliases > YAML_ALIASES_MAX)
		return refuse(r, event->start_mark.line + 1, "too many aliases");
	/* An anchor may be set again: the last one before the alias counts. */
	while (i > 0 && (!r->doc->all[i - 1]->anchor || strcmp(r->doc->all[i - 1]->anchor, name)))
		i--;
	if (i == 0)
		return refuse(r, event->start_mark.line + 1, "an alias without an anchor");
	if (r->weight[i - 1] == 0)
		return refuse(r, event->start_mark.line + 1, "a value that contains itself");
	struct yaml_item *item = new_item(r, YAML_ALIAS, event);
	if (!item)
		return -1;
	item->text = xstrdup(name);
	item->to = r->doc->all[i - 1];
	if (attach(r, item))
		return -1;
	return complete(r, r->doc->n_all - 1, r->weight[i - 1], r->height[i - 1]);
}

static int on_open(struct reader *r, const yaml_event_t *event)
{
	bool map = event->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *tag =
		map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
	const yaml_char_t *anchor =
		map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
	if (r->depth == YAML_DEPTH_MAX)
		return refuse(r, event->start_mark.line + 1, "nested too deeply");
	struct yaml_item *item = new_item(r, map ? YAML_MAPPING : YAML_SEQUENCE, event);
	if (!item)
		return -1;
	item->flow = map ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
			 : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	item->tagged = tag != NULL;
	if (anchor)
		item->anchor = xstrdup((const char *)anchor);
	if (attach(r, item))
		return -1;
	r->level[++r->depth] = (struct level){.item = item, .weight = 1};
	return 0;
}

static int on_close(struct reader *r, const yaml_event_t *event)
{
	struct level done = r->level[r->depth--];
	size_t i = r->doc->n_all;
	while (r->doc->all[i - 1] != done.item)
		i--;
	done.item->end = byte_of(r, &event->end_mark);
	return complete(r, i - 1, done.weight, done.height);
}

/* 1: the document is complete. */
static int on_event(struct reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(r, event);
	case YAML_ALIAS_EVENT:
		return on_alias(r, event);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return on_open(r, event);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return on_close(r, event);
	case YAML_DOCUMENT_START_EVENT:
		if (!r->doc->root && r->doc->n_all == 0)
			return 0;
		r->doc->more = true;
		return 1;
	case YAML_DOCUMENT_END_EVENT:
		r->doc->root = r->doc->n_all ? r->doc->all[0] : NULL;
		return 0;
	case YAML_STREAM_END_EVENT:
		return 1;
	default:
		return 0;
	}
}

static void count_uses(struct yaml_item *item)
{
	if (item->to != item)
		item->uses++;
	item = item->to;
	item->uses++;
	for (size_t i = 0; i < item->n_child; i++)
		count_uses(item->child[i]); /* its depth and work were limited above */
}

static int read_events(struct reader *r)
{
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		out_of_memory();
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, r->text.p + r->skip, r->text.n - r->skip);
	int done = 0;
	while (!done) {
		yaml_event_t event;
		if (!yaml_parser_parse(&parser, &event)) {
			refuse(r, parser.problem_mark.line + 1,
				parser.problem ? parser.problem : "cannot be read");
			done = -1;
			break;
		}
		done = on_event(r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return done < 0 ? -1 : 0;
}

int yaml_doc_read(struct yaml_doc *doc, struct bytes text, struct error *err)
{
	struct reader r = {.doc = doc, .text = text, .err = err};
	*doc = (struct yaml_doc){0};
	int rc = map_characters(&r);
	if (rc == 0)
		rc = read_events(&r);
	if (rc == 0 && doc->root)
		count_uses(doc->root);
	free(r.offset);
	free(r.weight);
	free(r.height);
	if (rc)
		yaml_doc_free(doc);
	return rc;
}

void yaml_doc_free(struct yaml_doc *doc)
{
	for (size_t i = 0; i < doc->n_all; i++) {
		struct yaml_item *item = doc->all[i];
		if (item->text)
			wipe(item->text, strlen(item->text));
		free(item->text);
		free(item->anchor);
		free(item->child);
		free(item);
	}
	free(doc->all);
	*doc = (struct yaml_doc){0};
}
