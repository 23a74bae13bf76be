// SPDX-License-Identifier: MIT
// fuzz kubeconfig: any bytes are read or refused; an edit changes the chosen values and no others.
#include <stdlib.h>
#include <string.h>

#include "node/kubeconfig.h"

#define NEW "LS0tLS1CRUdJTiBDRVJU"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void same(const struct kubeconfig_value *was, const struct kubeconfig_value *is, bool edited)
{
	require(!was->text == !is->text);
	if (was->text)
		require(!strcmp(is->text, edited ? NEW : was->text));
}

static void edit_one(struct bytes text, const struct kubeconfig *k, size_t which)
{
	struct kubeconfig_edit e = {&k->entries[which].cert_data, NEW, NULL};
	struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	struct kubeconfig again;
	if (kubeconfig_edit(text, k, &e, 1, &out, &err)) {
		require(out.n == 0);
		return;
	}
	require(!kubeconfig_parse(&again, buf_bytes(&out), &err));
	require(again.n_entries == k->n_entries && again.n_contexts == k->n_contexts);
	for (size_t i = 0; i < k->n_entries; i++) {
		const struct kubeconfig_entry *a = &k->entries[i], *b = &again.entries[i];
		require(!strcmp(a->name, b->name));
		same(&a->cert_data, &b->cert_data, i == which);
		same(&a->key_data, &b->key_data, false);
		same(&a->cert_file, &b->cert_file, false);
		same(&a->key_file, &b->key_file, false);
		same(&a->server, &b->server, false);
	}
	/* The bytes before and behind the value are those of the old file. */
	size_t begin = e.value->begin, behind = text.n - e.value->end;
	require(out.n >= begin + behind && !memcmp(out.p, text.p, begin));
	require(!memcmp(out.p + out.n - behind, text.p + e.value->end, behind));
	kubeconfig_free(&again);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = {data, size};
	struct kubeconfig k;
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	kubeconfig_is(text);
	if (kubeconfig_parse(&k, text, &err))
		return 0;
	require(!kubeconfig_edit(text, &k, NULL, 0, &out, &err));
	require(bytes_equal(text, buf_bytes(&out)));
	for (size_t i = 0; i < k.n_entries && i < 8; i++)
		if (k.entries[i].cert_data.text)
			edit_one(text, &k, i);
	buf_free(&out);
	kubeconfig_free(&k);
	return 0;
}
