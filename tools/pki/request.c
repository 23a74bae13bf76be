// SPDX-License-Identifier: MIT
// request: reads cfssl's CSR JSON; the names are request_name.c's work.
#include <stdlib.h>
#include <string.h>

#include "base/jsonfield.h"
#include "pki/der.h"
#include "pki/ext.h"
#include "pki/oid.h"
#include "pki/pem.h"
#include "pki/request.h"
#include "pki/request_name.h"

#define EXTENSION_MAX (16 << 10)
#define PATH_LEN_MAX 127

/* --- key ------------------------------------------------------------------------------------ */

static int refuse(struct error *err, int line, const char *todo, const char *what)
{
	return error_set(err, ERR_REFUSED, NULL, todo, "line %d: %s", line, what);
}

static int check_rsa(struct request *r, int line, int64_t size, struct error *err)
{
	static const char sizes[] = "use 2048, 3072 or 4096";
	if (size == 0)
		return error_set(
			err, ERR_FAILED, NULL, sizes, "line %d: \"key\" has no \"size\"", line);
	if (size < 2048)
		return refuse(err, line, sizes, "RSA keys below 2048 bits are too weak");
	if (size != 2048 && size != 3072 && size != 4096)
		return refuse(err, line,
			"use 2048, 3072 or 4096, or make the key elsewhere and keep it (--key)",
			"RSA keys of this size are not made");
	r->key = KEY_RSA;
	r->key_bits = (int)size;
	return 0;
}

static int read_key(struct request *r, const struct jsondoc *doc, struct error *err)
{
	static const char *const fields[] = {"algo", "size", NULL};
	const struct jsondoc *key = NULL;
	const char *algo = "ecdsa";
	int64_t size = 0;
	r->key = KEY_P256;
	r->key_bits = 256;
	if (jsonfield_list(doc, "key", JSONDOC_OBJECT, &key, err))
		return -1;
	if (!key)
		return 0;
	if (jsonfield_known(key, fields, "\"key\"", err) ||
		jsonfield_text(key, "algo", &algo, err) || jsonfield_int(key, "size", &size, err))
		return -1;
	if (strcmp(algo, "rsa") == 0)
		return check_rsa(r, key->line, size, err);
	if (strcmp(algo, "ed25519") == 0)
		return refuse(err, key->line, "use ecdsa or rsa",
			"\"algo\": ed25519 keys are not made: neither of the two libraries knows "
			"them");
	if (strcmp(algo, "ecdsa") != 0)
		return error_set(err, ERR_FAILED, NULL, "use ecdsa or rsa",
			"line %d: \"algo\": no such key algorithm: %.100s", key->line, algo);
	r->key_bits = size ? (int)(size > 1000 || size < 0 ? 0 : size) : 256;
	r->key = r->key_bits == 256   ? KEY_P256
		 : r->key_bits == 384 ? KEY_P384
		 : r->key_bits == 521 ? KEY_P521
				      : KEY_NONE;
	if (r->key == KEY_NONE)
		return error_set(err, ERR_FAILED, NULL, "use 256, 384 or 521",
			"line %d: \"size\": there is no such ECDSA key", key->line);
	return 0;
}

/* --- ca ------------------------------------------------------------------------------------- */

static int read_ca(struct request *r, const struct jsondoc *doc, struct error *err)
{
	static const char *const fields[] = {"expiry", "backdate", "pathlen", "pathlenzero", NULL};
	const struct jsondoc *ca = NULL;
	int64_t length = 0;
	bool zero = false;
	if (jsonfield_list(doc, "ca", JSONDOC_OBJECT, &ca, err))
		return -1;
	if (!ca)
		return 0;
	r->has_ca = true;
	if (jsonfield_known(ca, fields, "\"ca\"", err) ||
		jsonfield_duration(ca, "expiry", &r->ca_expiry, err) ||
		jsonfield_duration(ca, "backdate", &r->ca_backdate, err) ||
		jsonfield_int(ca, "pathlen", &length, err) ||
		jsonfield_bool(ca, "pathlenzero", &zero, err))
		return -1;
	if (length < -1 || length > PATH_LEN_MAX)
		return error_set(err, ERR_FAILED, NULL, "use 0 to 127, or -1 for no limit",
			"line %d: \"pathlen\" is out of range", ca->line);
	if (zero && length != 0)
		return error_set(err, ERR_FAILED, NULL, "leave one of them out",
			"line %d: \"pathlenzero\" contradicts \"pathlen\"", ca->line);
	r->ca_path_len = length > 0 || zero ? (int)length : REQUEST_NONE;
	return 0;
}

/* --- extensions ----------------------------------------------------------------------------- */

static bool arcs(const struct jsondoc *id, struct buf *oid)
{
	struct buf text = BUF_INIT;
	bool good = true;
	for (size_t i = 0; i < id->n && good; i++) {
		int64_t arc;
		good = jsondoc_int(&id->v[i], &arc) && arc >= 0;
		if (good)
			buf_printf(&text, "%s%lld", i ? "." : "", (long long)arc);
	}
	good = good && oid_parse(oid, buf_text(&text));
	buf_free(&text);
	return good;
}

static bool one_element(struct bytes value)
{
	struct der d = der_reader(value, NULL);
	struct der_tlv t;
	return der_any(&d, "", &t) == 0 && d.in.n == 0;
}

static bool there_already(const struct request *r, struct bytes oid)
{
	struct bytes rest = buf_bytes(&r->extensions);
	struct cert_ext ext;
	while (cert_ext_next(&rest, &ext))
		if (bytes_equal(ext.oid, oid))
			return true;
	return false;
}

/* Those that the profile, the CA or the hosts decide. */
static bool decided_elsewhere(struct bytes oid)
{
	static const uint8_t issuer_names[] = {0x55, 0x1d, 0x12};
	enum oid id = oid_find(oid);
	return (id >= OID_EXT_SKI && id <= OID_EXT_AIA) ||
	       bytes_equal(oid, (struct bytes){issuer_names, sizeof(issuer_names)});
}

static int add_extension(struct request *r, const struct jsondoc *id, bool critical,
	const char *base64, int line, struct error *err)
{
	struct buf oid = BUF_INIT, value = BUF_INIT;
	struct error ignored;
	int rc = -1;
	if (!arcs(id, &oid))
		error_set(err, ERR_FAILED, NULL, "write it as [1,2,3,4]",
			"line %d: \"Id\" is not an object identifier", id->line);
	else if (base64_decode(&value, bytes_of(base64), &ignored) ||
		 !one_element(buf_bytes(&value)))
		error_set(err, ERR_FAILED, NULL, NULL,
			"line %d: \"Value\" is not one DER element in base64", line);
	else if (decided_elsewhere(buf_bytes(&oid)))
		refuse(err, line, "leave it out",
			"this extension is the profile's or the hosts' business");
	else if (there_already(r, buf_bytes(&oid)))
		error_set(err, ERR_FAILED, NULL, "leave one of them out",
			"line %d: this extension stands there twice", line);
	else
		rc = 0;
	if (rc == 0)
		ext_put(&r->extensions, buf_bytes(&oid), critical, buf_bytes(&value));
	buf_free(&oid);
	buf_free(&value);
	return rc;
}

static int read_extension(struct request *r, const struct jsondoc *d, struct error *err)
{
	static const char *const fields[] = {"Id", "Critical", "Value", NULL};
	const struct jsondoc *id = NULL;
	const char *value = NULL;
	bool critical = false;
	if (jsonfield_is(d, "extensions", JSONDOC_OBJECT, err) ||
		jsonfield_known(d, fields, "\"extensions\"", err) ||
		jsonfield_list(d, "Id", JSONDOC_ARRAY, &id, err) ||
		jsonfield_bool(d, "Critical", &critical, err) ||
		jsonfield_text(d, "Value", &value, err))
		return -1;
	if (!id || !value)
		return error_set(err, ERR_FAILED, NULL, NULL,
			"line %d: an extension needs \"Id\" and \"Value\"", d->line);
	return add_extension(r, id, critical, value, d->line, err);
}

static int read_extensions(struct request *r, const struct jsondoc *doc, struct error *err)
{
	static const struct bytes null = {(const uint8_t *)"\x05\x00", 2};
	const struct jsondoc *list = NULL;
	struct buf oid = BUF_INIT;
	bool delegation = false;
	if (jsonfield_bool(doc, "delegation_enabled", &delegation, err) ||
		jsonfield_list(doc, "extensions", JSONDOC_ARRAY, &list, err))
		return -1;
	if (delegation) { /* DelegationUsage, RFC 9345 4.2 */
		oid_parse(&oid, "1.3.6.1.4.1.44363.44");
		ext_put(&r->extensions, buf_bytes(&oid), false, null);
		r->n_delegation = r->extensions.n;
		buf_free(&oid);
	}
	for (size_t i = 0; list && i < list->n; i++) {
		if (read_extension(r, &list->v[i], err))
			return -1;
		if (r->extensions.n > EXTENSION_MAX)
			return error_set(err, ERR_FAILED, NULL, "leave some out",
				"line %d: the extensions are too long", list->line);
	}
	return 0;
}

/* --- hosts ---------------------------------------------------------------------------------- */

static int read_hosts(
	struct request *r, const struct jsondoc *doc, const char *instead, struct error *err)
{
	const struct jsondoc *list = NULL;
	const char *host;
	struct error cause = ERROR_INIT;
	if (jsonfield_list(doc, "hosts", JSONDOC_ARRAY, &list, err))
		return -1;
	if (instead) {
		r->hosts_given = true;
		return san_add_all(&r->hosts, instead, err);
	}
	for (size_t i = 0; list && i < list->n; i++) {
		if (jsonfield_string(&list->v[i], "hosts", &host, err))
			return -1;
		if (san_add(&r->hosts, host, &cause))
			return error_set(err, cause.kind, NULL, cause.todo, "line %d: %s",
				list->v[i].line, cause.what);
	}
	return 0;
}

/* --- the whole ------------------------------------------------------------------------------ */

static int read_url(struct request *r, const struct jsondoc *doc, struct error *err)
{
	const char *url = "";
	if (jsonfield_text(doc, "crl_url", &url, err))
		return -1;
	r->crl_url = xstrdup(url);
	if (!*url || san_is_url(url))
		return 0;
	return error_set(err, ERR_FAILED, NULL, "correct it", "line %d: \"crl_url\" is not a URL",
		jsondoc_get(doc, "crl_url")->line);
}

int request_read(struct request *r, const struct jsondoc *doc, const struct request_change *change,
	struct error *err)
{
	static const char *const fields[] = {"CN", "hosts", "names", "key", "ca", "serialnumber",
		"delegation_enabled", "extensions", "crl_url", NULL};
	static const struct request_change none = {NULL, NULL};
	*r = (struct request){.ca_path_len = REQUEST_NONE,
		.ca_expiry = REQUEST_NONE,
		.ca_backdate = REQUEST_NONE};
	if (!change)
		change = &none;
	if (jsonfield_is(doc, "CSR", JSONDOC_OBJECT, err) ||
		jsonfield_known(doc, fields, "the CSR", err) ||
		request_name(r, doc, change->cn, err) || read_hosts(r, doc, change->hosts, err) ||
		read_key(r, doc, err) || read_ca(r, doc, err) || read_extensions(r, doc, err) ||
		read_url(r, doc, err))
		return -1;
	if (r->subject.n <= 2 && r->hosts.n == 0)
		return error_set(err, ERR_FAILED, NULL, "give it a CN, a name or a host",
			"line %d: the CSR names nobody", doc->line);
	return 0;
}

void request_free(struct request *r)
{
	free(r->cn);
	free(r->crl_url);
	buf_free(&r->subject);
	buf_free(&r->csr_subject);
	buf_free(&r->extensions);
	buf_free(&r->notes);
	san_free(&r->hosts);
	*r = (struct request){.cn = NULL};
}
