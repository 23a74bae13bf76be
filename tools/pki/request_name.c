// SPDX-License-Identifier: MIT
// request_name: makes the subject out of a CSR JSON as cfssl and Go's pkix do.
#include <stdlib.h>
#include <string.h>

#include "base/jsonfield.h"
#include "pki/der.h"
#include "pki/dn.h"
#include "pki/oid.h"
#include "pki/request_name.h"

#define NAMES_MAX 100
#define VALUE_MAX 4096

/* The attributes that come in one RDN each, in Go's order; street and postal code only by OID. */
enum part { PART_C, PART_ST, PART_L, PART_STREET, PART_POSTAL, PART_O, PART_OU, PARTS };

static const struct {
	const char *field; /* NULL: by OID only */
	const char *oid;
} parts[PARTS] = {{"C", "2.5.4.6"}, {"ST", "2.5.4.8"}, {"L", "2.5.4.7"}, {NULL, "2.5.4.9"},
	{NULL, "2.5.4.17"}, {"O", "2.5.4.10"}, {"OU", "2.5.4.11"}};

struct values {
	struct bytes v[NAMES_MAX];
	size_t n;
};

struct name {
	struct values parts[PARTS];
	struct buf extra;     /* RDNs of what has no place of its own */
	struct buf csr_extra; /* with street and postal code among them */
};

/* --- values --------------------------------------------------------------------------------- */

/* An empty value counts as absent, as in cfssl. 1: there is one. */
static int check_value(
	const struct jsondoc *d, const char *field, const char *text, struct error *err)
{
	if (strlen(text) > VALUE_MAX)
		return error_set(err, ERR_FAILED, NULL, "shorten it", "line %d: \"%s\" is too long",
			d->line, field);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			return error_set(err, ERR_FAILED, NULL, "leave it out",
				"line %d: \"%s\" holds a control character", d->line, field);
	return *text != 0;
}

static int take_text(
	const struct jsondoc *d, const char *field, const char **text, struct error *err)
{
	*text = "";
	if (jsonfield_text(d, field, text, err))
		return -1;
	return check_value(d, field, *text, err);
}

static int add_value(
	struct values *to, const struct jsondoc *d, const char *text, struct error *err)
{
	if (to->n == NAMES_MAX)
		return error_set(err, ERR_FAILED, NULL, "leave some out",
			"line %d: there are more than %d values of one kind", d->line, NAMES_MAX);
	to->v[to->n++] = bytes_of(text);
	return 0;
}

static void put_extra(struct buf *out, struct bytes oid, const char *text)
{
	struct bytes value = bytes_of(text);
	dn_put_rdn(out, oid, &value, 1);
}

/* --- attributes given by OID ---------------------------------------------------------------- */

/* The part with this identifier, or PARTS. */
static enum part part_of(const char *oid)
{
	enum part p = PART_C;
	while (p < PARTS && strcmp(parts[p].oid, oid) != 0)
		p++;
	return p;
}

static int add_by_oid(struct name *n, const struct jsondoc *v, struct error *err)
{
	struct buf oid = BUF_INIT;
	const char *text;
	enum part part = part_of(v->key);
	int rc = jsonfield_string(v, v->key, &text, err) ? -1 : check_value(v, v->key, text, err);
	if (rc <= 0)
		return rc;
	if ((part < PARTS && parts[part].field) || strcmp(v->key, "2.5.4.3") == 0 ||
		strcmp(v->key, "2.5.4.5") == 0)
		return error_set(err, ERR_FAILED, NULL, "use that field",
			"line %d: \"OID\": %s has a field of its own", v->line, v->key);
	if (!oid_parse(&oid, v->key)) {
		buf_free(&oid);
		return error_set(err, ERR_FAILED, NULL, "write it as 1.2.3.4",
			"line %d: \"OID\": not an object identifier: %.100s", v->line, v->key);
	}
	put_extra(&n->csr_extra, buf_bytes(&oid), text);
	rc = 0;
	if (part < PARTS)
		rc = add_value(&n->parts[part], v, text, err);
	else
		put_extra(&n->extra, buf_bytes(&oid), text);
	buf_free(&oid);
	return rc;
}

/* --- one of names --------------------------------------------------------------------------- */

static int add_mail(struct name *n, const struct jsondoc *d, struct error *err)
{
	struct buf oid = BUF_INIT;
	const char *text;
	int rc = take_text(d, "E", &text, err);
	if (rc <= 0)
		return rc;
	oid_parse(&oid, "1.2.840.113549.1.9.1");
	put_extra(&n->extra, buf_bytes(&oid), text);
	put_extra(&n->csr_extra, buf_bytes(&oid), text);
	buf_free(&oid);
	return 0;
}

static int add_name(struct name *n, const struct jsondoc *d, struct buf *notes, struct error *err)
{
	static const char *const fields[] = {
		"C", "ST", "L", "O", "OU", "E", "SerialNumber", "OID", NULL};
	const struct jsondoc *by_oid = NULL;
	const char *text;
	if (jsonfield_is(d, "names", JSONDOC_OBJECT, err) ||
		jsonfield_known(d, fields, "\"names\"", err))
		return -1;
	for (enum part p = PART_C; p < PARTS; p++) {
		int rc = parts[p].field ? take_text(d, parts[p].field, &text, err) : 0;
		if (rc < 0 || (rc > 0 && add_value(&n->parts[p], d, text, err)))
			return -1;
	}
	if (jsonfield_list(d, "OID", JSONDOC_OBJECT, &by_oid, err))
		return -1;
	for (size_t i = 0; by_oid && i < by_oid->n; i++)
		if (add_by_oid(n, &by_oid->v[i], err))
			return -1;
	int rc = take_text(d, "SerialNumber", &text, err);
	if (rc > 0 && notes->n == 0)
		buf_printf(notes,
			"line %d: \"SerialNumber\" among \"names\" has no effect, as with cfssl; "
			"\"serialnumber\" beside \"CN\" has",
			d->line);
	return rc < 0 ? -1 : add_mail(n, d, err);
}

/* --- the whole ------------------------------------------------------------------------------ */

static void put_part(struct buf *out, const struct name *n, enum part p)
{
	struct buf oid = BUF_INIT;
	oid_parse(&oid, parts[p].oid);
	dn_put_rdn(out, buf_bytes(&oid), n->parts[p].v, n->parts[p].n);
	buf_free(&oid);
}

static void put_name(
	struct buf *out, const struct name *n, bool csr, const char *cn, const char *serial)
{
	static const struct bytes cn_oid = {(const uint8_t *)"\x55\x04\x03", 3},
				  serial_oid = {(const uint8_t *)"\x55\x04\x05", 3};
	for (enum part p = PART_C; p < PARTS; p++)
		if (!csr || parts[p].field)
			put_part(out, n, p);
	if (*cn)
		put_extra(out, cn_oid, cn);
	if (*serial)
		put_extra(out, serial_oid, serial);
	der_put_raw(out, buf_bytes(csr ? &n->csr_extra : &n->extra));
	der_wrap(out, 0, DER_SEQUENCE);
}

int request_name(struct request *r, const struct jsondoc *doc, const char *cn, struct error *err)
{
	struct name *n = xmalloc(sizeof(*n));
	const struct jsondoc *names = NULL;
	const char *own = "", *serial = "";
	int rc = take_text(doc, "CN", &own, err) < 0 ||
		 take_text(doc, "serialnumber", &serial, err) < 0 ||
		 jsonfield_list(doc, "names", JSONDOC_ARRAY, &names, err);
	for (size_t i = 0; rc == 0 && names && i < names->n; i++)
		rc = add_name(n, &names->v[i], &r->notes, err);
	if (!cn)
		cn = own;
	if (rc == 0)
		rc = check_value(doc, "CN", cn, err) < 0;
	if (rc == 0) {
		r->cn = xstrdup(cn);
		put_name(&r->subject, n, false, cn, serial);
		put_name(&r->csr_subject, n, true, cn, serial);
	}
	buf_free(&n->extra);
	buf_free(&n->csr_extra);
	free(n);
	return rc ? -1 : 0;
}
