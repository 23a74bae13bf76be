// SPDX-License-Identifier: MIT
// profile: reads cfssl's ca-config.json.
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonfield.h"
#include "pki/der.h"
#include "pki/ext.h"
#include "pki/profile.h"
#include "pki/profile_fields.h"
#include "pki/profile_value.h"

/* What only the chosen profile must keep. */
static int check_chosen(const struct profile *p, const struct jsondoc *d, struct error *err)
{
	if (profile_check_refused(d, err))
		return -1;
	if (!p->ku && !p->eku.n)
		return error_set(err, ERR_FAILED, NULL, "add \"usages\"",
			"line %d: there are no usages", d->line);
	if (p->ku & KU_CERT_SIGN && !p->is_ca)
		return error_set(err, ERR_REFUSED, NULL,
			"leave it out, or add \"ca_constraint\": {\"is_ca\": true}",
			"line %d: \"cert sign\" is only for CAs", d->line);
	if (p->is_ca && !(p->ku & KU_CERT_SIGN))
		return error_set(err, ERR_REFUSED, NULL, "add \"cert sign\" to \"usages\"",
			"line %d: a CA without \"cert sign\" could sign nothing", d->line);
	return 0;
}

static void start(struct profile *p, const char *name)
{
	*p = (struct profile){.name = xstrdup(name),
		.expiry = REQUEST_NONE,
		.backdate = PROFILE_BACKDATE,
		.path_len = REQUEST_NONE,
		.san_kinds = SAN_KINDS_ALL};
}

/* Reads one; every message names it. The chosen one goes to chosen, the others are only checked. */
static int look_at(const struct jsondoc *d, const char *name, const struct jsondoc *fallback,
	struct profile *chosen, struct error *err)
{
	struct profile p;
	struct error cause = ERROR_INIT;
	start(&p, name);
	int rc = profile_fields(&p, d, fallback, &cause);
	if (rc == 0 && chosen)
		rc = check_chosen(&p, d, &cause);
	if (rc)
		error_set(err, cause.kind, NULL, cause.todo, "profile \"%.100s\": %s", name,
			cause.what);
	if (rc == 0 && chosen)
		*chosen = p;
	else
		profile_free(&p);
	return rc;
}

/* --- the configuration ---------------------------------------------------------------------- */

static int no_such_profile(const struct jsondoc *profiles, const char *name, struct error *err)
{
	struct buf there = BUF_INIT;
	buf_str(&there, "there are: default");
	for (size_t i = 0; profiles && i < profiles->n && there.n < 400; i++)
		buf_printf(&there, ", %s", profiles->v[i].key);
	error_set(err, ERR_REFUSED, NULL, buf_text(&there), "there is no profile \"%.100s\"", name);
	buf_free(&there);
	return -1;
}

static int read_sections(const struct jsondoc *config, const struct jsondoc **fallback,
	const struct jsondoc **profiles, struct error *err)
{
	static const char *const sections[] = {"signing", "auth_keys", "remotes", "ocsp", NULL};
	static const char *const parts[] = {"default", "profiles", NULL};
	const struct jsondoc *signing = NULL;
	*fallback = *profiles = NULL;
	if (jsonfield_is(config, "configuration", JSONDOC_OBJECT, err) ||
		jsonfield_known(config, sections, "the configuration", err) ||
		jsonfield_list(config, "signing", JSONDOC_OBJECT, &signing, err))
		return -1;
	if (!signing)
		return error_set(err, ERR_FAILED, NULL, "name a ca-config.json",
			"the configuration has no \"signing\"");
	if (jsonfield_known(signing, parts, "\"signing\"", err) ||
		jsonfield_list(signing, "default", JSONDOC_OBJECT, fallback, err))
		return -1;
	return jsonfield_list(signing, "profiles", JSONDOC_OBJECT, profiles, err);
}

/* An expiry of 0 is the default profile's, as in cfssl. */
static void inherit_expiry(struct profile *p, const struct jsondoc *fallback)
{
	struct error ignored;
	if (p->expiry == 0 && fallback)
		jsonfield_duration(fallback, "expiry", &p->expiry, &ignored);
	if (p->expiry == 0 && !fallback)
		p->expiry = 8760 * CLOCK_HOUR;
}

int profile_read(
	struct profile *p, const struct jsondoc *config, const char *name, struct error *err)
{
	const struct jsondoc *fallback, *profiles, *d;
	bool found = false;
	*p = (struct profile){.name = NULL};
	if (read_sections(config, &fallback, &profiles, err))
		return -1;
	for (size_t i = 0; profiles && i < profiles->n; i++) {
		d = &profiles->v[i];
		bool chosen = name && strcmp(d->key, name) == 0;
		if (look_at(d, d->key, fallback, chosen ? p : NULL, err))
			return -1;
		found |= chosen;
	}
	if (!found && name && strcmp(name, "default") != 0)
		return no_such_profile(profiles, name, err);
	if (fallback && look_at(fallback, "default", NULL, found ? NULL : p, err))
		return -1;
	if (!found && !fallback)
		profile_builtin(p);
	inherit_expiry(p, fallback);
	if (p->expiry == 0)
		return error_set(err, ERR_FAILED, NULL, "give one, such as \"8760h\"",
			"profile \"%.100s\": the \"expiry\" is zero", p->name);
	return 0;
}

void profile_builtin(struct profile *p)
{
	static const char text[] =
		"[\"signing\",\"key encipherment\",\"server auth\",\"client auth\"]";
	struct jsondoc usages;
	struct error ignored;
	start(p, "default");
	p->expiry = 8760 * CLOCK_HOUR;
	jsondoc_read(&usages, bytes_of(text), &ignored);
	profile_usages(p, &usages, &ignored);
	jsondoc_free(&usages);
}

void profile_for_ca(struct profile *p, const struct request *r)
{
	start(p, "CA");
	p->ku = KU_CERT_SIGN | KU_CRL_SIGN;
	p->is_ca = true;
	p->path_len = r->ca_path_len;
	p->expiry = r->ca_expiry > 0 ? r->ca_expiry : PROFILE_CA_EXPIRY;
	if (r->ca_backdate > 0)
		p->backdate = r->ca_backdate;
	if (*r->crl_url)
		profile_crl(&p->crl, r->crl_url);
}

void profile_free(struct profile *p)
{
	free(p->name);
	buf_free(&p->eku);
	buf_free(&p->aia);
	buf_free(&p->crl);
	buf_free(&p->policies);
	buf_free(&p->allowed);
	pattern_free(p->names);
	*p = (struct profile){.name = NULL};
}

/* --- is it allowed? ------------------------------------------------------------------------- */

static int refuse_name(struct bytes name, struct error *err)
{
	return error_set(err, ERR_REFUSED, NULL, "use another profile or another name",
		"the profile's name_whitelist does not allow %.*s",
		(int)(name.n < 200 ? name.n : 200), (const char *)name.p);
}

static int check_names(const struct profile *p, const struct request *r, struct error *err)
{
	if (*r->cn && !p->drop_subject && !pattern_matches(p->names, bytes_of(r->cn)))
		return refuse_name(bytes_of(r->cn), err);
	for (size_t i = 0; i < r->hosts.n; i++) {
		const struct san *s = &r->hosts.v[i];
		if (s->kind != SAN_IP && (r->hosts_given || p->san_kinds >> s->kind & 1) &&
			!pattern_matches(p->names, buf_bytes(&s->value)))
			return refuse_name(buf_bytes(&s->value), err);
	}
	return 0;
}

static bool listed(struct bytes list, struct bytes oid)
{
	struct der d = der_reader(list, NULL);
	struct der_tlv t;
	while (d.in.n && der_any(&d, "", &t) == 0)
		if (bytes_equal(t.body, oid))
			return true;
	return false;
}

int profile_allows(const struct profile *p, const struct request *r, struct error *err)
{
	struct bytes rest = buf_bytes(&r->extensions);
	struct cert_ext ext;
	if (p->names && check_names(p, r, err))
		return -1;
	while (p->copy_extensions && p->allowed.n && cert_ext_next(&rest, &ext))
		if (!listed(buf_bytes(&p->allowed), ext.oid))
			return error_set(err, ERR_REFUSED, NULL,
				"leave the extension out, or list it in \"allowed_extensions\"",
				"the profile does not allow an extension of the request");
	return 0;
}
