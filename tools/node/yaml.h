/* SPDX-License-Identifier: MIT */
/*
 * yaml: one YAML 1.1 document (JSON is one too) as a flat list of nodes with their places in the
 * bytes, read with libyaml. libyaml counts characters and forgets the byte order mark; the places
 * here are bytes of the text as it was given.
 *
 * Aliases are kept as nodes of their own and never copied, so that a small file cannot grow; how
 * much it would grow is counted and refused all the same, because whoever reads the file next may
 * copy. Refused too: duplicate keys in a mapping, keys that are not scalars, NUL characters, other
 * encodings than UTF-8, more than the limits below.
 */
#ifndef NODE_YAML_H
#define NODE_YAML_H

#include "base/buf.h"
#include "base/error.h"

#define YAML_TEXT_MAX (1 << 20)
#define YAML_DEPTH_MAX 32      /* as written; with aliases followed twice as much */
#define YAML_NODES_MAX 20000   /* as written */
#define YAML_EXPAND_MAX 100000 /* with aliases followed */
#define YAML_ALIASES_MAX 1000
#define YAML_KEYS_MAX 1024 /* of one mapping */

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING, YAML_ALIAS };
enum yaml_style { YAML_PLAIN, YAML_SINGLE, YAML_DOUBLE, YAML_LITERAL, YAML_FOLDED };

struct yaml_item {
	enum yaml_kind kind;
	enum yaml_style style; /* of a scalar */
	bool flow;             /* [a, b] or {a: b} */
	bool tagged;           /* has a tag other than !!str */
	char *text;            /* a scalar's value, an alias's name, else NULL */
	char *anchor;          /* or NULL */
	/*
	 * The bytes of the node without its anchor and tag: quotes included; a block scalar from
	 * its indicator to its last character (the line ends behind it are left out).
	 */
	size_t begin, end;
	int line, column;         /* from 1 and from 0, in characters */
	struct yaml_item *to;     /* an alias's node; else itself */
	struct yaml_item **child; /* a sequence's items; a mapping's keys and values in turn */
	size_t n_child;
	size_t uses; /* from how many places of the document it is reached, aliases followed */
};

struct yaml_doc {
	struct yaml_item **all; /* in the order of the text */
	size_t n_all;
	struct yaml_item *root; /* all[0]; NULL where the text holds no document */
	bool more;              /* a second document follows, which was not read */
};

/* 0, or -1 with line and reason in err->what (err->path stays empty); doc is free then. */
int yaml_doc_read(struct yaml_doc *doc, struct bytes text, struct error *err);
void yaml_doc_free(struct yaml_doc *doc); /* wipes the values: they may be keys */

/* All of these take NULL and follow aliases; what is not there is NULL. */
const struct yaml_item *yaml_get(const struct yaml_item *mapping, const char *key);
/* The key's own node, for its place. */
const struct yaml_item *yaml_get_key(const struct yaml_item *mapping, const char *key);
/* A scalar that is not null (empty and plain, ~, null). */
const char *yaml_text(const struct yaml_item *scalar);
/* Is it absent or null? */
bool yaml_is_null(const struct yaml_item *item);
size_t yaml_count(const struct yaml_item *sequence); /* 0 where it is none */
const struct yaml_item *yaml_at(const struct yaml_item *sequence, size_t i);

#endif
