// SPDX-License-Identifier: MIT
// text: names, serial numbers and algorithms of a certificate as people and cfssl write them.
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "pki/cert.h"
#include "pki/der.h"

int cert_san_next(struct bytes *rest, enum san_kind *kind, struct bytes *value)
{
	struct der d = der_reader(*rest, NULL);
	struct der_tlv t;
	if (rest->n == 0 || der_any(&d, "name", &t) < 0)
		return 0;
	*rest = d.in;
	*value = t.body;
	switch (t.tag) {
	case DER_CONTEXT(1):
		*kind = SAN_EMAIL;
		break;
	case DER_CONTEXT(2):
		*kind = SAN_DNS;
		break;
	case DER_CONTEXT(6):
		*kind = SAN_URI;
		break;
	case DER_CONTEXT(7):
		*kind = t.body.n == 4 || t.body.n == 16 ? SAN_IP : SAN_OTHER;
		break;
	default:
		*kind = SAN_OTHER;
	}
	if (*kind == SAN_OTHER)
		*value = t.raw;
	return 1;
}

static void put_hex(struct buf *out, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(out, "%02x", s.p[i]);
}

void cert_san_text(struct buf *out, enum san_kind kind, struct bytes value)
{
	static const char *const prefix[] = {
		[SAN_DNS] = "DNS:",
		[SAN_IP] = "IP:",
		[SAN_URI] = "URI:",
		[SAN_EMAIL] = "email:",
		[SAN_OTHER] = "other:#",
	};
	char text[INET6_ADDRSTRLEN];
	buf_str(out, prefix[kind]);
	if (kind == SAN_OTHER) {
		put_hex(out, value);
	} else if (kind == SAN_IP) {
		int family = value.n == 4 ? AF_INET : AF_INET6;
		if (inet_ntop(family, value.p, text, sizeof(text)))
			buf_str(out, text);
	} else {
		for (size_t i = 0; i < value.n; i++) {
			if (value.p[i])
				buf_add(out, &value.p[i], 1);
			else
				buf_str(out, "\\00");
		}
	}
}

/* The absolute value of a two's complement number in place; true if it was negative. */
static bool absolute(uint8_t *v, size_t n)
{
	if (n == 0 || !(v[0] & 0x80))
		return false;
	unsigned carry = 1;
	for (size_t i = n; i-- > 0;) {
		carry += (uint8_t)~v[i];
		v[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return true;
}

#define SERIAL_SHOWN 64

void cert_serial_decimal(struct buf *out, struct bytes serial)
{
	uint8_t v[SERIAL_SHOWN] = {0};
	char text[SERIAL_SHOWN * 5 / 2 + 2]; /* log10(256) < 2.41 */
	size_t at = sizeof(text) - 1, n = serial.n > sizeof(v) ? sizeof(v) : serial.n;
	if (n)
		memcpy(v, serial.p, n);
	bool negative = absolute(v, n), more;
	text[at] = 0;
	do {
		unsigned rest = 0;
		more = false;
		for (size_t i = 0; i < n; i++) {
			rest = rest << 8 | v[i];
			v[i] = (uint8_t)(rest / 10);
			rest %= 10;
			more |= v[i] != 0;
		}
		text[--at] = (char)('0' + rest);
	} while (more);
	if (negative)
		buf_str(out, "-");
	buf_str(out, text + at);
}

void cert_serial_hex(struct buf *out, struct bytes serial)
{
	put_hex(out, serial);
}

const char *cert_key_text(enum key_alg alg, int bits, char text[32])
{
	static const char *const names[] = {
		[KEY_NONE] = "none",
		[KEY_P256] = "ECDSA-P256",
		[KEY_P384] = "ECDSA-P384",
		[KEY_P521] = "ECDSA-P521",
		[KEY_ED25519] = "Ed25519",
		[KEY_OTHER] = "unknown",
	};
	if (alg == KEY_RSA)
		snprintf(text, 32, "RSA-%d", bits);
	else
		snprintf(text, 32, "%s", names[alg]);
	return text;
}

const char *cert_sig_text(enum sig_alg sig)
{
	static const char *const names[] = {
		[SIG_OTHER] = "unknown",
		[SIG_RSA_SHA1] = "SHA1-RSA",
		[SIG_RSA_SHA256] = "SHA256-RSA",
		[SIG_RSA_SHA384] = "SHA384-RSA",
		[SIG_RSA_SHA512] = "SHA512-RSA",
		[SIG_ECDSA_SHA1] = "ECDSA-SHA1",
		[SIG_ECDSA_SHA256] = "ECDSA-SHA256",
		[SIG_ECDSA_SHA384] = "ECDSA-SHA384",
		[SIG_ECDSA_SHA512] = "ECDSA-SHA512",
		[SIG_ED25519] = "Ed25519",
		[SIG_RSA_PSS] = "RSA-PSS",
		[SIG_RSA_MD2] = "MD2-RSA",
		[SIG_RSA_MD5] = "MD5-RSA",
		[SIG_DSA_SHA1] = "DSA-SHA1",
		[SIG_DSA_SHA256] = "DSA-SHA256",
	};
	return names[sig];
}
