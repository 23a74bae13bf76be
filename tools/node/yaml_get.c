// SPDX-License-Identifier: MIT
// yaml_get: finding one's way in a document that was read.
#include <string.h>

#include "node/yaml.h"

static size_t key_index(const struct yaml_item *mapping, const char *key)
{
	if (!mapping || mapping->to->kind != YAML_MAPPING)
		return SIZE_MAX;
	mapping = mapping->to;
	for (size_t i = 0; i + 1 < mapping->n_child; i += 2)
		if (!strcmp(mapping->child[i]->to->text, key))
			return i;
	return SIZE_MAX;
}

const struct yaml_item *yaml_get(const struct yaml_item *mapping, const char *key)
{
	size_t i = key_index(mapping, key);
	return i == SIZE_MAX ? NULL : mapping->to->child[i + 1]->to;
}

const struct yaml_item *yaml_get_key(const struct yaml_item *mapping, const char *key)
{
	size_t i = key_index(mapping, key);
	return i == SIZE_MAX ? NULL : mapping->to->child[i];
}

bool yaml_is_null(const struct yaml_item *item)
{
	if (!item)
		return true;
	item = item->to;
	return item->kind == YAML_SCALAR && item->style == YAML_PLAIN &&
	       (!*item->text || !strcmp(item->text, "~") || !strcmp(item->text, "null"));
}

const char *yaml_text(const struct yaml_item *scalar)
{
	if (yaml_is_null(scalar) || scalar->to->kind != YAML_SCALAR)
		return NULL;
	return scalar->to->text;
}

size_t yaml_count(const struct yaml_item *sequence)
{
	if (!sequence || sequence->to->kind != YAML_SEQUENCE)
		return 0;
	return sequence->to->n_child;
}

const struct yaml_item *yaml_at(const struct yaml_item *sequence, size_t i)
{
	return i < yaml_count(sequence) ? sequence->to->child[i]->to : NULL;
}
