// SPDX-License-Identifier: MIT
// profile_value: usages, policies and URLs of a profile as the extensions that Go writes of them.
#include <string.h>

#include "base/jsonfield.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "pki/profile_value.h"

static const struct {
	const char *name;
	unsigned ku;     /* a key usage, or: */
	const char *oid; /* an extended key usage */
} usages[] = {
	{"signing", KU_DIGITAL_SIGNATURE, NULL},
	{"digital signature", KU_DIGITAL_SIGNATURE, NULL},
	{"content commitment", KU_CONTENT_COMMITMENT, NULL},
	{"key encipherment", KU_KEY_ENCIPHERMENT, NULL},
	{"key agreement", KU_KEY_AGREEMENT, NULL},
	{"data encipherment", KU_DATA_ENCIPHERMENT, NULL},
	{"cert sign", KU_CERT_SIGN, NULL},
	{"crl sign", KU_CRL_SIGN, NULL},
	{"encipher only", KU_ENCIPHER_ONLY, NULL},
	{"decipher only", KU_DECIPHER_ONLY, NULL},
	{"any", 0, "2.5.29.37.0"},
	{"server auth", 0, "1.3.6.1.5.5.7.3.1"},
	{"client auth", 0, "1.3.6.1.5.5.7.3.2"},
	{"code signing", 0, "1.3.6.1.5.5.7.3.3"},
	{"email protection", 0, "1.3.6.1.5.5.7.3.4"},
	{"s/mime", 0, "1.3.6.1.5.5.7.3.4"},
	{"ipsec end system", 0, "1.3.6.1.5.5.7.3.5"},
	{"ipsec tunnel", 0, "1.3.6.1.5.5.7.3.6"},
	{"ipsec user", 0, "1.3.6.1.5.5.7.3.7"},
	{"timestamping", 0, "1.3.6.1.5.5.7.3.8"},
	{"ocsp signing", 0, "1.3.6.1.5.5.7.3.9"},
	{"microsoft sgc", 0, "1.3.6.1.4.1.311.10.3.3"},
	{"netscape sgc", 0, "2.16.840.1.113730.4.1"},
};

#define N_USAGES (sizeof(usages) / sizeof(*usages))

static void put_oid(struct buf *out, const char *text)
{
	size_t start = out->n;
	oid_parse(out, text);
	der_wrap(out, start, DER_OID);
}

static int unknown_usage(int line, const char *name, struct error *err)
{
	struct buf known = BUF_INIT;
	for (size_t i = 0; i < N_USAGES; i++)
		buf_printf(&known, "%s%s", i ? ", " : "there are: ", usages[i].name);
	error_set(err, ERR_REFUSED, NULL, buf_text(&known),
		"line %d: \"usages\": no such usage: %.100s", line, name);
	buf_free(&known);
	return -1;
}

int profile_usages(struct profile *p, const struct jsondoc *list, struct error *err)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *name;
		size_t k = 0, start = p->eku.n;
		if (jsonfield_string(&list->v[i], "usages", &name, err))
			return -1;
		while (k < N_USAGES && strcmp(usages[k].name, name) != 0)
			k++;
		if (k == N_USAGES)
			return unknown_usage(list->v[i].line, name, err);
		p->ku |= usages[k].ku;
		if (!usages[k].oid)
			continue;
		oid_parse(&p->eku, usages[k].oid);
		p->eku_bits |= oid_purpose((struct bytes){p->eku.p + start, p->eku.n - start});
		der_wrap(&p->eku, start, DER_OID);
	}
	return 0;
}

/* --- policies ------------------------------------------------------------------------------- */

static int put_qualifier(struct buf *out, const struct jsondoc *d, struct error *err)
{
	static const char *const fields[] = {"Type", "Value", NULL};
	const char *type = "", *value = "";
	size_t start = out->n, inner;
	if (jsonfield_is(d, "Qualifiers", JSONDOC_OBJECT, err) ||
		jsonfield_known(d, fields, "\"Qualifiers\"", err) ||
		jsonfield_text(d, "Type", &type, err) || jsonfield_text(d, "Value", &value, err))
		return -1;
	bool cps = strcmp(type, "id-qt-cps") == 0, notice = strcmp(type, "id-qt-unotice") == 0;
	if (!cps && !notice)
		return error_set(err, ERR_FAILED, NULL, "use id-qt-cps or id-qt-unotice",
			"line %d: \"Type\": no such policy qualifier: %.100s", d->line, type);
	if (!*value || (cps && !san_is_url(value)))
		return error_set(err, ERR_FAILED, NULL, "correct it", "line %d: \"Value\" is %s",
			d->line, *value ? "not a URL" : "missing");
	put_oid(out, cps ? "1.3.6.1.5.5.7.2.1" : "1.3.6.1.5.5.7.2.2");
	inner = out->n;
	der_put(out, cps ? DER_IA5_STRING : DER_UTF8_STRING, bytes_of(value));
	if (notice)
		der_wrap(out, inner, DER_SEQUENCE);
	der_wrap(out, start, DER_SEQUENCE);
	return 0;
}

static int put_policy(struct buf *out, const struct jsondoc *d, struct error *err)
{
	static const char *const fields[] = {"ID", "Qualifiers", NULL};
	const struct jsondoc *list = NULL;
	const char *id = "";
	size_t start = out->n, inner;
	if (jsonfield_is(d, "Policies", JSONDOC_OBJECT, err) ||
		jsonfield_known(d, fields, "\"Policies\"", err) ||
		jsonfield_text(d, "ID", &id, err) ||
		jsonfield_list(d, "Qualifiers", JSONDOC_ARRAY, &list, err))
		return -1;
	if (!oid_parse(out, id))
		return error_set(err, ERR_FAILED, NULL, "write it as 1.2.3.4",
			"line %d: \"ID\" is not an object identifier: %.100s", d->line, id);
	der_wrap(out, start, DER_OID);
	inner = out->n;
	for (size_t i = 0; list && i < list->n; i++)
		if (put_qualifier(out, &list->v[i], err))
			return -1;
	if (out->n > inner)
		der_wrap(out, inner, DER_SEQUENCE);
	der_wrap(out, start, DER_SEQUENCE);
	return 0;
}

int profile_policies(struct profile *p, const struct jsondoc *list, struct error *err)
{
	for (size_t i = 0; i < list->n; i++)
		if (put_policy(&p->policies, &list->v[i], err))
			return -1;
	if (p->policies.n)
		der_wrap(&p->policies, 0, DER_SEQUENCE);
	return 0;
}

int profile_allowed(struct profile *p, const struct jsondoc *list, struct error *err)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *text;
		size_t start = p->allowed.n;
		if (jsonfield_string(&list->v[i], "allowed_extensions", &text, err))
			return -1;
		if (!oid_parse(&p->allowed, text))
			return error_set(err, ERR_FAILED, NULL, "write it as 1.2.3.4",
				"line %d: \"allowed_extensions\": not an object identifier: %.100s",
				list->v[i].line, text);
		der_wrap(&p->allowed, start, DER_OID);
	}
	return 0;
}

/* --- URLs ----------------------------------------------------------------------------------- */

static void put_access(struct buf *out, const char *method, const char *url)
{
	size_t start = out->n;
	put_oid(out, method);
	der_put(out, DER_CONTEXT(6), bytes_of(url));
	der_wrap(out, start, DER_SEQUENCE);
}

void profile_aia(struct buf *out, const char *ocsp, const struct jsondoc *issuers)
{
	if (ocsp)
		put_access(out, "1.3.6.1.5.5.7.48.1", ocsp);
	for (size_t i = 0; issuers && i < issuers->n; i++)
		put_access(out, "1.3.6.1.5.5.7.48.2", buf_text(&issuers->v[i].text));
	if (out->n)
		der_wrap(out, 0, DER_SEQUENCE);
}

void profile_crl(struct buf *out, const char *url)
{
	der_put(out, DER_CONTEXT(6), bytes_of(url));
	der_wrap(out, 0, DER_EXPLICIT(0)); /* fullName */
	der_wrap(out, 0, DER_EXPLICIT(0)); /* distributionPoint */
	der_wrap(out, 0, DER_SEQUENCE);
	der_wrap(out, 0, DER_SEQUENCE);
}
