// SPDX-License-Identifier: MIT
// match: host names, addresses and name constraints.
#include <arpa/inet.h>
#include <string.h>

#include "pki/der.h"
#include "pki/match.h"
#include "pki/oid.h"

static uint8_t lower(uint8_t ch)
{
	return ch >= 'A' && ch <= 'Z' ? ch | 0x20 : ch;
}

static bool same_text(struct bytes a, struct bytes b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

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
			uint8_t ch = lower(label.p[i]);
			if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '_' ||
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
		return same_text(pattern, host) && host.n > 0 && !bytes_is(host, ".");
	host = drop_dot(host);
	struct bytes p = pattern, h = host;
	struct bytes first = next_label(&p), name = next_label(&h);
	if (!bytes_is(first, "*"))
		return same_text(pattern, host);
	return name.n < host.n && same_text(p, h);
}

/* "10.0.0.1", "::1" or "[::1]"; the number of octets, 0 if it is none. */
static size_t read_address(const char *host, uint8_t out[16])
{
	char text[INET6_ADDRSTRLEN + 2];
	size_t n = strlen(host);
	if (n >= 3 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	if (n >= sizeof(text))
		return 0;
	memcpy(text, host, n);
	text[n] = 0;
	if (inet_pton(AF_INET, text, out) == 1)
		return 4;
	return inet_pton(AF_INET6, text, out) == 1 ? 16 : 0;
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

/* "example.com" allows itself and what is beneath; ".example.com" only what is beneath. */
static bool dns_within(struct bytes name, struct bytes base)
{
	if (base.n == 0)
		return true;
	bool beneath = base.p[0] == '.';
	if (beneath) {
		base.p++;
		base.n--;
	}
	if (name.n < base.n || !same_text((struct bytes){name.p + name.n - base.n, base.n}, base))
		return false;
	if (name.n == base.n)
		return !beneath;
	return base.n == 0 || name.p[name.n - base.n - 1] == '.';
}

static bool ip_within(struct bytes address, struct bytes base)
{
	address = plain_address(address);
	if (base.n != 2 * address.n)
		return false;
	for (size_t i = 0; i < address.n; i++)
		if ((address.p[i] ^ base.p[i]) & base.p[address.n + i])
			return false;
	return true;
}

/* One kind of name against one list of subtrees. */
struct subtrees {
	bool any;   /* the list has a base of this kind */
	bool match; /* and one of them holds the name */
};

static unsigned tag_of(enum san_kind kind)
{
	return kind == SAN_DNS   ? DER_CONTEXT(2)
	       : kind == SAN_IP  ? DER_CONTEXT(7)
	       : kind == SAN_URI ? DER_CONTEXT(6)
				 : DER_CONTEXT(1);
}

static int search(struct der list, enum san_kind kind, struct bytes value, struct subtrees *s)
{
	struct der tree;
	struct der_tlv base;
	*s = (struct subtrees){0};
	while (list.in.n) {
		if (der_enter(&list, DER_SEQUENCE, "name constraints", &tree) < 0 ||
			der_any(&tree, "name constraints", &base) < 0)
			return -1;
		if (base.tag != tag_of(kind))
			continue;
		s->any = true;
		if (kind == SAN_DNS)
			s->match |= dns_within(drop_dot(value), base.body);
		else if (kind == SAN_IP)
			s->match |= ip_within(value, base.body);
		else
			return der_fail(&list, base.raw.p,
				"name constraints for URIs or mail addresses are not judged here");
	}
	return 0;
}

static int check_name(
	const struct cert *ca, enum san_kind kind, struct bytes value, struct error *err)
{
	struct der d = der_reader(ca->constraints, err), list;
	while (d.in.n) {
		struct der_tlv t;
		struct subtrees s;
		if (der_any(&d, "name constraints", &t) < 0)
			return -1;
		list = der_inside(&d, &t);
		if (search(list, kind, value, &s) < 0)
			return -1;
		bool permitted = t.tag == DER_EXPLICIT(0);
		if (permitted ? s.any && !s.match : s.match) {
			struct buf text = BUF_INIT;
			cert_san_text(&text, kind, value);
			error_set(err, ERR_FAILED, NULL, NULL,
				"the CA's name constraints do not allow %s", buf_text(&text));
			buf_free(&text);
			return -1;
		}
	}
	return 0;
}

/* Constraints on other kinds of names (directory names) may be passed over unless critical. */
static int check_kinds(const struct cert *ca, struct error *err)
{
	struct bytes rest = ca->extensions;
	struct cert_ext ext;
	bool critical = false;
	while (cert_ext_next(&rest, &ext))
		critical |= ext.critical && oid_find(ext.oid) == OID_EXT_CONSTRAINTS;
	struct der d = der_reader(ca->constraints, err), list, tree;
	while (d.in.n) {
		struct der_tlv t, base;
		if (der_any(&d, "name constraints", &t) < 0)
			return -1;
		list = der_inside(&d, &t);
		while (list.in.n) {
			if (der_enter(&list, DER_SEQUENCE, "name constraints", &tree) < 0 ||
				der_any(&tree, "name constraints", &base) < 0)
				return -1;
			bool known = base.tag == DER_CONTEXT(1) || base.tag == DER_CONTEXT(2) ||
				     base.tag == DER_CONTEXT(6) || base.tag == DER_CONTEXT(7);
			if (!known && critical)
				return der_fail(&list, base.raw.p,
					"the CA's critical name constraints are of a kind not "
					"judged here");
		}
	}
	return 0;
}

int match_constraints(const struct cert *ca, const struct cert *c, struct error *err)
{
	struct bytes rest = c->san, value;
	enum san_kind kind;
	if (!ca->constraints.p)
		return 0;
	if (check_kinds(ca, err) < 0)
		return -1;
	while (cert_san_next(&rest, &kind, &value))
		if (kind != SAN_OTHER && check_name(ca, kind, value, err) < 0)
			return -1;
	return 0;
}
