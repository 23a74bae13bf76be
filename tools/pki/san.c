// SPDX-License-Identifier: MIT
// san: tells hosts apart and writes them as GeneralNames.
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pki/der.h"
#include "pki/gname.h"
#include "pki/san.h"

#define TEXT_MAX 2000
#define DNS_MAX 253
#define LABEL_MAX 63

static int bad(struct error *err, const char *host, const char *why, const char *todo)
{
	return error_set(err, ERR_FAILED, NULL, todo, "the host \"%.300s\" %s", host, why);
}

/* --- addresses ------------------------------------------------------------------------------ */

static size_t read_address(const char *host, uint8_t octets[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	if (inet_pton(AF_INET, host, octets) == 1)
		return 4;
	if (inet_pton(AF_INET6, host, octets) != 1)
		return 0;
	if (memcmp(octets, mapped, sizeof(mapped)) != 0)
		return 16;
	memmove(octets, octets + 12, 4); /* ::ffff:a.b.c.d is a.b.c.d, as in Go */
	return 4;
}

/* --- mail addresses ------------------------------------------------------------------------- */

/* Atoms between single dots (RFC 5322 3.2.3). */
static bool dot_atom(const char *s, size_t n)
{
	bool dot = true;
	for (size_t i = 0; i < n; i++) {
		unsigned char ch = (unsigned char)s[i];
		if (ch == '.' ? dot : !isalnum(ch) && (!ch || !strchr("!#$%&'*+-/=?^_`{|}~", ch)))
			return false;
		dot = ch == '.';
	}
	return !dot;
}

static bool is_mail(const char *host)
{
	const char *at = strchr(host, '@');
	return at && dot_atom(host, (size_t)(at - host)) && dot_atom(at + 1, strlen(at + 1));
}

/* --- URIs ----------------------------------------------------------------------------------- */

/* The length of the scheme, or 0 if there is none (RFC 3986 3.1). */
static size_t scheme(const char *host)
{
	size_t n = 0;
	if (!isalpha((unsigned char)host[0]))
		return 0;
	while (isalnum((unsigned char)host[n]) || (host[n] && strchr("+-.", host[n])))
		n++;
	return host[n] == ':' ? n : 0;
}

/* Can this stand in a certificate: nothing that must be written as %xx, and Go reads it. */
static bool uri_valid(const char *uri)
{
	struct buf host = BUF_INIT;
	bool good = true;
	for (const char *s = uri; *s && good; s++)
		good = isalnum((unsigned char)*s) || strchr("-._~:/?[]@!$&'()*+,;=%", *s);
	good = good && gname_uri(bytes_of(uri), &host) && gname_domain(buf_bytes(&host));
	buf_free(&host);
	return good;
}

bool san_is_url(const char *text)
{
	size_t n = scheme(text);
	return n && strlen(text) <= TEXT_MAX && strncmp(text + n, "://", 3) == 0 && text[n + 3] &&
	       uri_valid(text);
}

/* n: of the scheme. */
static int add_uri(struct buf *value, const char *host, size_t n, struct error *err)
{
	const char *rest = host + n + 1;
	if (!*rest || strspn(rest, "0123456789") == strlen(rest))
		return bad(err, host, "has a port", "give the name or address alone");
	if (memchr(host, '.', n) || *rest == ':')
		return bad(err, host, "is neither an address nor a name nor a URI", "correct it");
	if (!uri_valid(host) || strcmp(rest, "//") == 0)
		return bad(err, host, "is not a URI that can stand in a certificate",
			"write what is special as %XX; a fragment (#) has no place there");
	for (size_t i = 0; i < n; i++) {
		char ch = (char)tolower((unsigned char)host[i]);
		buf_add(value, &ch, 1);
	}
	buf_str(value, host + n);
	return 0;
}

/* --- DNS names ------------------------------------------------------------------------------ */

static bool label(const char *s, size_t n)
{
	if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '-' && s[i] != '_')
			return false;
	return true;
}

static int check_dns(const char *host, struct error *err)
{
	const char *s = strncmp(host, "*.", 2) == 0 ? host + 2 : host;
	if (strchr(host, '/'))
		return bad(err, host, "has a path or a prefix length",
			"give the name or address alone");
	if (strchr(host, '.') && strspn(host, "0123456789.") == strlen(host))
		return bad(err, host, "looks like an IP address but is none", "correct it");
	for (const unsigned char *p = (const unsigned char *)host; *p; p++)
		if (*p >= 0x80)
			return bad(err, host, "is not ASCII", "write it as xn--...");
	if (strlen(host) > DNS_MAX)
		return bad(err, host, "is longer than a DNS name may be", "correct it");
	for (;;) {
		size_t n = strcspn(s, ".");
		if (!label(s, n))
			return bad(err, host, "is neither an address nor a DNS name",
				"correct it: letters, digits, - and _ between single dots");
		if (!s[n])
			return 0;
		s += n + 1;
	}
}

/* --- the list ------------------------------------------------------------------------------- */

static int classify(struct san *san, const char *host, struct error *err)
{
	uint8_t octets[16];
	size_t n;
	if (!*host)
		return error_set(err, ERR_FAILED, NULL, "leave it out", "a host is empty");
	if (strlen(host) > TEXT_MAX)
		return bad(err, host, "... is too long", "correct it");
	if ((n = read_address(host, octets)) > 0) {
		san->kind = SAN_IP;
		buf_add(&san->value, octets, n);
		return 0;
	}
	if (is_mail(host)) {
		san->kind = SAN_EMAIL;
	} else if ((n = scheme(host)) > 0) {
		san->kind = SAN_URI;
		return add_uri(&san->value, host, n, err);
	} else {
		san->kind = SAN_DNS;
		if (check_dns(host, err))
			return -1;
	}
	buf_str(&san->value, host);
	return 0;
}

int san_add(struct san_list *list, const char *host, struct error *err)
{
	struct san san = {.kind = SAN_DNS};
	if (list->n == SAN_MAX)
		return error_set(err, ERR_FAILED, NULL, "split them over several certificates",
			"there are more than %d hosts", SAN_MAX);
	if (classify(&san, host, err)) {
		buf_free(&san.value);
		return -1;
	}
	list->v = xrealloc(list->v, (list->n + 1) * sizeof(*list->v));
	list->v[list->n++] = san;
	return 0;
}

int san_add_all(struct san_list *list, const char *hosts, struct error *err)
{
	int rc = 0;
	while (rc == 0) {
		size_t n = strcspn(hosts, ","), skip = strspn(hosts, " ");
		const char *from = hosts + (skip < n ? skip : n), *to = hosts + n;
		while (to > from && to[-1] == ' ')
			to--;
		char *host = xstrndup(from, (size_t)(to - from));
		rc = san_add(list, host, err);
		free(host);
		if (!hosts[n])
			break;
		hosts += n + 1;
	}
	return rc;
}

void san_free(struct san_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		buf_free(&list->v[i].value);
	free(list->v);
	*list = (struct san_list){.n = 0};
}

void san_put(struct buf *out, const struct san_list *list, unsigned kinds)
{
	static const struct {
		enum san_kind kind;
		unsigned tag;
	} order[] = {{SAN_DNS, DER_CONTEXT(2)}, {SAN_EMAIL, DER_CONTEXT(1)},
		{SAN_IP, DER_CONTEXT(7)}, {SAN_URI, DER_CONTEXT(6)}};
	size_t start = out->n;
	for (size_t k = 0; k < 4; k++)
		for (size_t i = 0; i < list->n && kinds >> order[k].kind & 1; i++)
			if (list->v[i].kind == order[k].kind)
				der_put(out, order[k].tag, buf_bytes(&list->v[i].value));
	if (out->n > start)
		der_wrap(out, start, DER_SEQUENCE);
}
