// SPDX-License-Identifier: MIT
// gname: domains, mailboxes and URIs by the rules that Go keeps.
#include <arpa/inet.h>
#include <string.h>

#include "pki/gname.h"

static bool is_digit(uint8_t ch)
{
	return ch >= '0' && ch <= '9';
}

static bool is_letter(uint8_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static bool one_of(uint8_t ch, const char *set)
{
	return ch && strchr(set, ch);
}

/* The part of s before *at, the part behind it. */
static struct bytes head(struct bytes s, size_t at)
{
	return (struct bytes){s.p, at};
}

static struct bytes tail(struct bytes s, size_t at)
{
	return (struct bytes){s.p + at, s.n - at};
}

/* The first ch of s, or s.n; the last one, or SIZE_MAX. */
static size_t first_of(struct bytes s, uint8_t ch)
{
	const uint8_t *p = s.n ? memchr(s.p, ch, s.n) : NULL;
	return p ? (size_t)(p - s.p) : s.n;
}

static size_t last_of(struct bytes s, uint8_t ch)
{
	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == ch)
			return i;
	return SIZE_MAX;
}

bool gname_same(struct bytes a, struct bytes b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		uint8_t x = a.p[i], y = b.p[i];
		if (x != y && (!is_letter(x) || (x ^ y) != 0x20))
			return false;
	}
	return true;
}

bool gname_domain(struct bytes text)
{
	size_t label = 0;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t ch = text.p[i];
		if (ch <= ' ' || ch >= 0x7f || (ch == '.' && label == 0))
			return false;
		label = ch == '.' ? 0 : label + 1;
	}
	return text.n == 0 || label > 0;
}

bool gname_domain_base(struct bytes text)
{
	bool dot = text.n > 0 && text.p[0] == '.';
	return dot ? text.n > 1 && gname_domain(tail(text, 1)) : gname_domain(text);
}

size_t gname_address(struct bytes text, uint8_t octets[16])
{
	char s[INET6_ADDRSTRLEN];
	if (text.n >= sizeof(s) || memchr(text.p, 0, text.n))
		return 0;
	memcpy(s, text.p, text.n);
	s[text.n] = 0;
	if (inet_pton(AF_INET, s, octets) == 1)
		return 4;
	return inet_pton(AF_INET6, s, octets) == 1 ? 16 : 0;
}

/* --- mailboxes ------------------------------------------------------------------------------ */

/* Takes the quoted string at *s. */
static bool quoted(struct bytes *s, struct buf *local)
{
	for (*s = tail(*s, 1); s->n;) {
		uint8_t ch = s->p[0];
		*s = tail(*s, 1);
		if (ch == '"')
			return true;
		bool pair = ch == '\\';
		if (pair) {
			if (s->n == 0)
				return false;
			ch = s->p[0];
			*s = tail(*s, 1);
		}
		/* A backslash may stand before a tab too, and before nothing else that is barred.
		 */
		if (ch == 0 || ch == '\n' || ch == '\r' || ch > 0x7f || (ch == '\t' && !pair))
			return false;
		buf_add(local, &ch, 1);
	}
	return false;
}

/* Takes the dotted atoms at *s; a backslash takes any character, as in RFC 3696. */
static bool atoms(struct bytes *s, struct buf *local)
{
	size_t start = local->n;
	while (s->n) {
		uint8_t ch = s->p[0];
		if (ch == '\\') {
			*s = tail(*s, 1);
			if (s->n == 0)
				return false;
		} else if (!is_letter(ch) && !is_digit(ch) && !one_of(ch, "!#$%&'*+-/=?^_`{|}~.")) {
			break;
		}
		buf_add(local, s->p, 1);
		*s = tail(*s, 1);
	}
	if (local->n == start)
		return false;
	struct bytes part = {local->p + start, local->n - start};
	return part.p[0] != '.' && part.p[part.n - 1] != '.' && bytes_find(part, "..") == SIZE_MAX;
}

bool gname_mailbox(struct bytes text, struct buf *local, struct bytes *domain)
{
	if (text.n == 0)
		return false;
	if (!(text.p[0] == '"' ? quoted(&text, local) : atoms(&text, local)))
		return false;
	if (text.n == 0 || text.p[0] != '@')
		return false;
	*domain = tail(text, 1);
	return gname_domain(*domain);
}

/* --- URIs ----------------------------------------------------------------------------------- */

static int hex(uint8_t ch)
{
	if (is_digit(ch))
		return ch - '0';
	ch |= 0x20;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

enum part { ANYWHERE, HOST, ZONE };

static bool host_char(uint8_t ch)
{
	return is_letter(ch) || is_digit(ch) || one_of(ch, "!$&'()*+,;=:[]<>\"-_.~");
}

/* May the octet v stand as %xx in this part? In hosts %25 and what is not ASCII may. */
static bool escape_allowed(enum part part, uint8_t v)
{
	if (part == HOST)
		return v == '%' || v >= 0x80;
	return part == ANYWHERE || v == '%' || v == ' ' || host_char(v);
}

/* Appends s with its %xx resolved; out may be NULL. */
static bool unescape(struct bytes s, enum part part, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t ch = s.p[i];
		if (ch == '%') {
			int high = i + 2 < s.n ? hex(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			ch = (uint8_t)(high << 4 | low);
			if (!escape_allowed(part, ch))
				return false;
			i += 2;
		} else if (part != ANYWHERE && ch < 0x80 && !host_char(ch)) {
			return false;
		}
		if (out)
			buf_add(out, &ch, 1);
	}
	return true;
}

/* "", or a colon and digits. */
static bool port_valid(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (i == 0 ? s.p[i] != ':' : !is_digit(s.p[i]))
			return false;
	return true;
}

/* "[::1%25eth0]:80": only IPv6 addresses stand in brackets. */
static bool bracketed(struct bytes s, struct buf *host)
{
	size_t close = last_of(s, ']');
	if (close == SIZE_MAX || last_of(s, '[') != 0 || !port_valid(tail(s, close + 1)))
		return false;
	struct bytes inside = tail(head(s, close), 1);
	size_t zone = bytes_find(inside, "%25");
	size_t n = zone == SIZE_MAX ? inside.n : zone;
	uint8_t octets[16];
	if (gname_address(head(inside, n), octets) != 16 || n + 3 == inside.n)
		return false;
	buf_str(host, "[");
	return unescape(head(inside, n), HOST, host) && unescape(tail(inside, n), ZONE, host) &&
	       unescape(tail(s, close), HOST, host);
}

static bool read_host(struct bytes s, bool web, struct buf *host)
{
	if (last_of(s, '[') != SIZE_MAX)
		return s.p[0] == '[' && bracketed(s, host);
	/* Only http and https are held to a single colon. */
	size_t colon = web ? first_of(s, ':') : last_of(s, ':');
	if (colon < s.n && !port_valid(tail(s, colon)))
		return false;
	return unescape(s, HOST, host);
}

static bool read_authority(struct bytes s, bool web, struct buf *host)
{
	size_t at = last_of(s, '@');
	if (at == SIZE_MAX)
		return read_host(s, web, host);
	for (size_t i = 0; i < at; i++)
		if (!is_letter(s.p[i]) && !is_digit(s.p[i]) &&
			!one_of(s.p[i], "-._:~!$&'()*+,;=%@"))
			return false;
	struct bytes user = head(s, at);
	size_t colon = first_of(user, ':');
	return unescape(head(user, colon), ANYWHERE, NULL) &&
	       unescape(tail(user, colon), ANYWHERE, NULL) && read_host(tail(s, at + 1), web, host);
}

/* The length of "scheme", 0 where there is none; false for a colon with nothing before it. */
static bool read_scheme(struct bytes s, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t ch = s.p[i];
		if (ch == ':') {
			*n = i;
			return i > 0;
		}
		if (!is_letter(ch) && (i == 0 || (!is_digit(ch) && !one_of(ch, "+-."))))
			return true;
	}
	return true;
}

static bool starts(struct bytes s, const char *with)
{
	size_t n = strlen(with);
	return s.n >= n && memcmp(s.p, with, n) == 0;
}

bool gname_uri(struct bytes text, struct buf *host)
{
	size_t hash = first_of(text, '#'), scheme;
	if (hash < text.n && !unescape(tail(text, hash + 1), ANYWHERE, NULL))
		return false;
	struct bytes s = head(text, hash);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	if (!read_scheme(s, &scheme))
		return false;
	bool web = gname_same(head(s, scheme), bytes_of("http")) ||
		   gname_same(head(s, scheme), bytes_of("https"));
	if (scheme)
		s = tail(s, scheme + 1);
	s = head(s, first_of(s, '?'));
	if (!starts(s, "/") && scheme)
		return true; /* "urn:a:b": what follows is opaque */
	if (!starts(s, "/") && first_of(s, ':') < first_of(s, '/'))
		return false;
	if (starts(s, "//") && (scheme || !starts(s, "///"))) {
		s = tail(s, 2);
		size_t slash = first_of(s, '/');
		if (!read_authority(head(s, slash), web, host))
			return false;
		s = tail(s, slash);
	}
	return unescape(s, ANYWHERE, NULL);
}

bool gname_uri_domain(struct bytes host, struct bytes *domain)
{
	uint8_t octets[16];
	size_t colon = last_of(host, ':');
	if (host.n == 0 || host.p[host.n - 1] == ']')
		return false;
	*domain = colon == SIZE_MAX ? host : head(host, colon);
	/* A bracket or a second colon: not "host:port". */
	for (size_t i = 0; i < domain->n; i++)
		if (one_of(domain->p[i], ":[]"))
			return false;
	return domain->n > 0 && gname_address(*domain, octets) == 0;
}
