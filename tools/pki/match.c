// SPDX-License-Identifier: MIT
// match: host names, addresses and name constraints.
#include <string.h>

#include "pki/der.h"
#include "pki/gname.h"
#include "pki/match.h"

static struct bytes drop_dot(struct bytes s)
{
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	return s;
}

/* Takes the label before the first dot from *s; *s is what follows it. */
static struct bytes next_label(struct bytes *s)
{
	const uint8_t *dot = s->n ? memchr(s->p, '.', s->n) : NULL;
	struct bytes label = {s->p, dot ? (size_t)(dot - s->p) : s->n};
	size_t used = label.n + (dot ? 1 : 0);
	s->p += used;
	s->n -= used;
	return label;
}

static bool valid_host(struct bytes s, bool pattern)
{
	bool first = true, more = true;
	if (!pattern)
		s = drop_dot(s);
	if (s.n == 0 || bytes_is(s, "*"))
		return false;
	while (more) {
		struct bytes rest = s, label = next_label(&rest);
		more = label.n < s.n;
		s = rest;
		if (label.n == 0)
			return false;
		for (size_t i = 0; i < label.n && !(pattern && first && bytes_is(label, "*"));
			i++) {
			uint8_t ch = label.p[i], low = ch | 0x20;
			if (!((low >= 'a' && low <= 'z') || (ch >= '0' && ch <= '9') || ch == '_' ||
				    (ch == '-' && i > 0)))
				return false;
		}
		first = false;
	}
	return true;
}

static bool match_pattern(struct bytes pattern, struct bytes host)
{
	if (!valid_host(host, false) || !valid_host(pattern, true))
		return gname_same(pattern, host) && host.n > 0 && !bytes_is(host, ".");
	host = drop_dot(host);
	struct bytes p = pattern, h = host;
	struct bytes first = next_label(&p);
	next_label(&h);
	if (!bytes_is(first, "*"))
		return gname_same(pattern, host);
	return gname_same(p, h);
}

/* "10.0.0.1", "::1" or "[::1]"; the number of octets, 0 if it is none. */
static size_t read_address(const char *host, uint8_t out[16])
{
	struct bytes text = bytes_of(host);
	if (text.n >= 3 && host[0] == '[' && host[text.n - 1] == ']') {
		text.p++;
		text.n -= 2;
	}
	return gname_address(text, out);
}

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* ::ffff:a.b.c.d is a.b.c.d, as in Go. */
static struct bytes plain_address(struct bytes a)
{
	if (a.n == 16 && memcmp(a.p, mapped, 12) == 0)
		return (struct bytes){a.p + 12, 4};
	return a;
}

bool match_host(const struct cert *c, const char *host)
{
	uint8_t octets[16];
	struct bytes address = {octets, read_address(host, octets)};
	struct bytes rest = c->san, value;
	enum san_kind kind;
	while (cert_san_next(&rest, &kind, &value)) {
		if (address.n && kind == SAN_IP &&
			bytes_equal(plain_address(value), plain_address(address)))
			return true;
		if (!address.n && kind == SAN_DNS && match_pattern(value, bytes_of(host)))
			return true;
	}
	return false;
}

/* --- name constraints ----------------------------------------------------------------------- */

/* One alternative name, read as its kind asks. */
struct name {
	enum san_kind kind;
	struct bytes text;   /* as it stands in the certificate */
	struct bytes domain; /* of a DNS name, mailbox or URI */
	struct buf local;    /* of a mailbox */
	struct buf host;     /* of a URI; domain points into it */
};

/* "example.com" holds itself and what is beneath; ".example.com" only what is beneath. */
static bool domain_within(struct bytes name, struct bytes base)
{
	if (base.n == 0)
		return true;
	bool beneath = base.p[0] == '.';
	if (name.n < base.n)
		return false;
	struct bytes end = {name.p + name.n - base.n, base.n};
	return gname_same(end, base) &&
	       (beneath || name.n == base.n || name.p[name.n - base.n - 1] == '.');
}

/* What stands behind the first label, with its dot. */
static struct bytes parent(struct bytes name)
{
	next_label(&name);
	return name;
}

/* "*.example.com" can be any name that "a.example.com" excludes (Go since 1.24.11). */
static bool wildcard_meets(struct bytes name, struct bytes base)
{
	if (name.n < 2 || name.p[0] != '*' || base.n == 0 || base.p[0] == '.')
		return false;
	name = parent(name);
	base = parent(base);
	return base.n > 0 && gname_same(name, base);
}

static bool address_within(struct bytes address, struct bytes base)
{
	if (base.n != 2 * address.n)
		return false;
	for (size_t i = 0; i < address.n; i++)
		if ((address.p[i] ^ base.p[i]) & base.p[address.n + i])
			return false;
	return true;
}

static bool mailbox_is(const struct name *n, struct bytes base)
{
	struct buf local = BUF_INIT;
	struct bytes domain;
	bool same = gname_mailbox(base, &local, &domain) &&
		    bytes_equal(buf_bytes(&local), buf_bytes(&n->local)) &&
		    gname_same(domain, n->domain);
	buf_free(&local);
	return same;
}

static bool within(const struct name *n, struct bytes base, bool excluded)
{
	if (n->kind == SAN_IP)
		return address_within(n->text, base);
	if (n->kind == SAN_EMAIL && bytes_find(base, "@") != SIZE_MAX)
		return mailbox_is(n, base);
	return domain_within(n->domain, base) || (excluded && wildcard_meets(n->domain, base));
}

static unsigned tag_of(enum san_kind kind)
{
	return kind == SAN_DNS   ? DER_CONTEXT(2)
	       : kind == SAN_IP  ? DER_CONTEXT(7)
	       : kind == SAN_URI ? DER_CONTEXT(6)
				 : DER_CONTEXT(1);
}

static const char *read_name(struct name *n, bool addresses)
{
	switch (n->kind) {
	case SAN_DNS:
		n->domain = n->text;
		return gname_domain(n->text) ? NULL : "is no domain";
	case SAN_EMAIL:
		return gname_mailbox(n->text, &n->local, &n->domain) ? NULL : "is no mailbox";
	case SAN_URI:
		return gname_uri(n->text, &n->host) &&
				       gname_uri_domain(buf_bytes(&n->host), &n->domain)
			       ? NULL
			       : "has no domain";
	default:
		/* Go's versions differ on whether it is an IPv4 or an IPv6 address. */
		return addresses && n->text.n == 16 && plain_address(n->text).n == 4
			       ? "is an IPv4 address in IPv6 form"
			       : NULL;
	}
}

static int disallowed(const struct name *n, const char *why, struct error *err)
{
	struct buf text = BUF_INIT;
	cert_san_text(&text, n->kind, n->text);
	error_set(err, ERR_FAILED, NULL, NULL, "the CA's name constraints do not allow %s%s%s",
		buf_text(&text), why ? ", which " : "", why ? why : "");
	buf_free(&text);
	return -1;
}

/* One list of subtrees: does it have bases of the name's kind (*any), and does one hold it? */
static int search(
	struct der list, const struct name *n, bool excluded, bool *any, bool *held, long *left)
{
	struct der tree;
	struct der_tlv base;
	*any = *held = false;
	while (list.in.n) {
		if (der_enter(&list, DER_SEQUENCE, "name constraints", &tree) < 0 ||
			der_any(&tree, "name constraints", &base) < 0)
			return -1;
		if (base.tag != tag_of(n->kind))
			continue;
		if (--*left < 0)
			return der_fail(&list, base.raw.p, "too many names and name constraints");
		*any = true;
		*held |= within(n, base.body, excluded);
	}
	return 0;
}

static int check_name(const struct cert *ca, const struct name *n, long *left, struct error *err)
{
	struct der d = der_reader(ca->constraints, err);
	while (d.in.n) {
		struct der_tlv t;
		bool any, held;
		if (der_any(&d, "name constraints", &t) < 0)
			return -1;
		bool excluded = t.tag == DER_EXPLICIT(1);
		if (search(der_inside(&d, &t), n, excluded, &any, &held, left) < 0)
			return -1;
		if (excluded ? held : any && !held)
			return disallowed(n, NULL, err);
	}
	return 0;
}

/* Does ca constrain addresses at all? */
static bool has_addresses(const struct cert *ca)
{
	struct der d = der_reader(ca->constraints, NULL), list, tree;
	struct der_tlv t, base;
	while (d.in.n && der_any(&d, "", &t) == 0)
		for (list = der_inside(&d, &t); list.in.n;)
			if (der_enter(&list, DER_SEQUENCE, "", &tree) < 0 ||
				der_any(&tree, "", &base) < 0)
				return true;
			else if (base.tag == DER_CONTEXT(7))
				return true;
	return false;
}

int match_constraints(const struct cert *ca, const struct cert *c, long *left, struct error *err)
{
	struct bytes rest = c->san;
	struct name n = {.local = BUF_INIT};
	int rc = 0;
	if (!ca->constraints.p)
		return 0;
	bool addresses = has_addresses(ca);
	while (rc == 0 && cert_san_next(&rest, &n.kind, &n.text)) {
		if (n.kind == SAN_OTHER)
			continue;
		const char *bad = read_name(&n, addresses);
		rc = bad ? disallowed(&n, bad, err) : check_name(ca, &n, left, err);
		buf_free(&n.local);
		buf_free(&n.host);
	}
	return rc;
}
