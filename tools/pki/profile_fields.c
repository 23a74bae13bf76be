// SPDX-License-Identifier: MIT
// profile_fields: the fields of one profile of a ca-config.json.
#include <string.h>

#include "base/jsonfield.h"
#include "pki/profile_fields.h"
#include "pki/profile_value.h"

#define PATH_LEN_MAX 127

static const char *const fields[] = {"usages", "expiry", "backdate", "ca_constraint", "not_before",
	"not_after", "issuer_urls", "ocsp_url", "crl_url", "ocsp_no_check", "copy_extensions",
	"name_whitelist", "allowed_extensions", "Policies", "CSRWhitelist",
	/* understood, and refused: */
	"auth_key", "prev_auth_key", "remote", "auth_remote", "ct_log_servers", "cert_store",
	"lint_error_level", "ignored_lints", "ignored_lint_sources", "ClientProvidesSerialNumbers",
	NULL};

static const struct {
	const char *field, *why, *todo;
} refused[] = {
	{"auth_key", "requests that prove who asks come over a network", "leave it out"},
	{"prev_auth_key", "requests that prove who asks come over a network", "leave it out"},
	{"remote", "there is no network to another signer", "leave it out"},
	{"auth_remote", "there is no network to another signer", "leave it out"},
	{"ct_log_servers", "there is no network to the logs", "leave it out"},
	{"cert_store", "there is no database", "leave it out"},
	{"lint_error_level", "zlint is not here; certrescue's own checks always run",
		"leave it out"},
	{"ignored_lints", "zlint is not here; certrescue's own checks always run", "leave it out"},
	{"ignored_lint_sources", "zlint is not here; certrescue's own checks always run",
		"leave it out"},
	{"ClientProvidesSerialNumbers", "serial numbers are always made here", "leave it out"},
};

/* --- one field ------------------------------------------------------------------------------ */

static bool nothing(const struct jsondoc *v)
{
	return !v || v->kind == JSONDOC_NULL || (v->kind == JSONDOC_BOOL && !v->yes) ||
	       (v->kind == JSONDOC_NUMBER && strcmp(buf_text(&v->text), "0") == 0) ||
	       (v->kind == JSONDOC_STRING && v->text.n == 0) ||
	       ((v->kind == JSONDOC_ARRAY || v->kind == JSONDOC_OBJECT) && v->n == 0);
}

int profile_check_refused(const struct jsondoc *d, struct error *err)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		const struct jsondoc *v = jsondoc_get(d, refused[i].field);
		if (!nothing(v))
			return error_set(err, ERR_REFUSED, NULL, refused[i].todo,
				"line %d: \"%s\" is not done here: %s", v->line, refused[i].field,
				refused[i].why);
	}
	return 0;
}

/* A URL of d or else of fallback; NULL if neither has one. */
static int read_url(const struct jsondoc *d, const struct jsondoc *fallback, const char *name,
	const char **to, struct error *err)
{
	const char *text = "";
	*to = NULL;
	if (jsonfield_text(d, name, &text, err))
		return -1;
	if (!*text && fallback) {
		d = fallback;
		if (jsonfield_text(d, name, &text, err))
			return -1;
	}
	if (!*text)
		return 0;
	*to = text;
	return san_is_url(text) ? 0
				: error_set(err, ERR_FAILED, NULL, "correct it",
					  "line %d: \"%s\" is not a URL: %.100s",
					  jsondoc_get(d, name)->line, name, text);
}

static int read_issuers(const struct jsondoc *d, const struct jsondoc *fallback,
	const struct jsondoc **to, struct error *err)
{
	const char *url;
	*to = NULL;
	if (jsonfield_list(d, "issuer_urls", JSONDOC_ARRAY, to, err) ||
		(!*to && fallback &&
			jsonfield_list(fallback, "issuer_urls", JSONDOC_ARRAY, to, err)))
		return -1;
	for (size_t i = 0; *to && i < (*to)->n; i++) {
		if (jsonfield_string(&(*to)->v[i], "issuer_urls", &url, err))
			return -1;
		if (!san_is_url(url))
			return error_set(err, ERR_FAILED, NULL, "correct it",
				"line %d: \"issuer_urls\": not a URL: %.100s", (*to)->v[i].line,
				url);
	}
	return 0;
}

static int read_urls(struct profile *p, const struct jsondoc *d, const struct jsondoc *fallback,
	struct error *err)
{
	const struct jsondoc *issuers;
	const char *ocsp, *crl;
	if (read_url(d, fallback, "ocsp_url", &ocsp, err) ||
		read_url(d, fallback, "crl_url", &crl, err) ||
		read_issuers(d, fallback, &issuers, err))
		return -1;
	profile_aia(&p->aia, ocsp, issuers);
	if (crl)
		profile_crl(&p->crl, crl);
	return 0;
}

static int read_ca(struct profile *p, const struct jsondoc *d, struct error *err)
{
	static const char *const known[] = {"is_ca", "max_path_len", "max_path_len_zero", NULL};
	const struct jsondoc *ca = NULL;
	int64_t length = 0;
	bool zero = false;
	if (jsonfield_list(d, "ca_constraint", JSONDOC_OBJECT, &ca, err))
		return -1;
	if (!ca)
		return 0;
	if (jsonfield_known(ca, known, "\"ca_constraint\"", err) ||
		jsonfield_bool(ca, "is_ca", &p->is_ca, err) ||
		jsonfield_int(ca, "max_path_len", &length, err) ||
		jsonfield_bool(ca, "max_path_len_zero", &zero, err))
		return -1;
	if (length < -1 || length > PATH_LEN_MAX)
		return error_set(err, ERR_FAILED, NULL, "use 0 to 127, or -1 for no limit",
			"line %d: \"max_path_len\" is out of range", ca->line);
	if (zero && length != 0)
		return error_set(err, ERR_FAILED, NULL, "leave one of them out",
			"line %d: \"max_path_len_zero\" contradicts \"max_path_len\"", ca->line);
	if (!p->is_ca && (zero || length > 0))
		return error_set(err, ERR_FAILED, NULL, "add \"is_ca\": true, or leave it out",
			"line %d: \"max_path_len\" is for CAs", ca->line);
	p->path_len = length > 0 || zero ? (int)length : REQUEST_NONE;
	return 0;
}

static int read_whitelist(struct profile *p, const struct jsondoc *d, struct error *err)
{
	static const char *const known[] = {"Subject", "PublicKeyAlgorithm", "PublicKey",
		"SignatureAlgorithm", "DNSNames", "IPAddresses", "EmailAddresses", "URIs", NULL};
	static const struct {
		const char *name;
		enum san_kind kind;
	} kinds[] = {{"DNSNames", SAN_DNS}, {"IPAddresses", SAN_IP}, {"EmailAddresses", SAN_EMAIL},
		{"URIs", SAN_URI}};
	const struct jsondoc *list = NULL;
	bool subject = false, signature = false, key = false, ignored = false;
	if (jsonfield_list(d, "CSRWhitelist", JSONDOC_OBJECT, &list, err))
		return -1;
	if (!list)
		return 0;
	if (jsonfield_known(list, known, "\"CSRWhitelist\"", err) ||
		jsonfield_bool(list, "Subject", &subject, err) ||
		jsonfield_bool(list, "SignatureAlgorithm", &signature, err) ||
		jsonfield_bool(list, "PublicKey", &key, err) ||
		jsonfield_bool(list, "PublicKeyAlgorithm", &ignored, err))
		return -1;
	if (!key)
		return error_set(err, ERR_FAILED, NULL, "add \"PublicKey\": true",
			"line %d: \"CSRWhitelist\" without \"PublicKey\" allows no certificate",
			list->line);
	p->drop_extensions = true;
	p->drop_subject = !subject;
	p->plain_signature = !signature;
	p->san_kinds = 0;
	for (size_t i = 0; i < 4; i++) {
		bool yes = false;
		if (jsonfield_bool(list, kinds[i].name, &yes, err))
			return -1;
		p->san_kinds |= (unsigned)yes << kinds[i].kind;
	}
	return 0;
}

static int read_pattern(struct profile *p, const struct jsondoc *d, struct error *err)
{
	const char *text = "";
	struct error cause = ERROR_INIT;
	if (jsonfield_text(d, "name_whitelist", &text, err))
		return -1;
	if (!*text || (p->names = pattern_read(text, &cause)))
		return 0;
	return error_set(err, ERR_FAILED, NULL, cause.todo, "line %d: \"name_whitelist\": %s",
		jsondoc_get(d, "name_whitelist")->line, cause.what);
}

/* --- one profile ---------------------------------------------------------------------------- */

static int read_lists(struct profile *p, const struct jsondoc *d, struct error *err)
{
	const struct jsondoc *usages = NULL, *policies = NULL, *allowed = NULL;
	if (jsonfield_list(d, "usages", JSONDOC_ARRAY, &usages, err) ||
		jsonfield_list(d, "Policies", JSONDOC_ARRAY, &policies, err) ||
		jsonfield_list(d, "allowed_extensions", JSONDOC_ARRAY, &allowed, err))
		return -1;
	return (usages && profile_usages(p, usages, err)) ||
			       (policies && profile_policies(p, policies, err)) ||
			       (allowed && profile_allowed(p, allowed, err))
		       ? -1
		       : 0;
}

int profile_fields(struct profile *p, const struct jsondoc *d, const struct jsondoc *fallback,
	struct error *err)
{
	if (jsonfield_is(d, p->name, JSONDOC_OBJECT, err) ||
		jsonfield_known(d, fields, "the profile", err) || read_lists(p, d, err) ||
		jsonfield_duration(d, "expiry", &p->expiry, err) ||
		jsonfield_duration(d, "backdate", &p->backdate, err) ||
		jsonfield_time(d, "not_before", &p->not_before, &p->has_not_before, err) ||
		jsonfield_time(d, "not_after", &p->not_after, &p->has_not_after, err) ||
		read_ca(p, d, err) || read_urls(p, d, fallback, err) ||
		jsonfield_bool(d, "ocsp_no_check", &p->ocsp_no_check, err) ||
		jsonfield_bool(d, "copy_extensions", &p->copy_extensions, err) ||
		read_pattern(p, d, err) || read_whitelist(p, d, err))
		return -1;
	if (p->backdate == 0)
		p->backdate = PROFILE_BACKDATE;
	/* A profile that another signer serves (remote) needs no expiry; it cannot be chosen. */
	if (p->expiry == REQUEST_NONE && nothing(jsondoc_get(d, "remote")) &&
		nothing(jsondoc_get(d, "auth_remote")))
		return error_set(err, ERR_FAILED, NULL, "add one, such as \"8760h\"",
			"line %d: there is no \"expiry\"", d->line);
	return 0;
}
