// SPDX-License-Identifier: MIT
// oid: the tables.
#include "pki/oid.h"

#define O(text) text, sizeof(text) - 1

struct row {
	const char *p;
	size_t n;
	int id;
};

static const struct row plain[] = {
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), OID_RSA},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), OID_RSA_PSS},
	{O("\x2a\x86\x48\xce\x3d\x02\x01"), OID_EC},
	{O("\x2a\x86\x48\xce\x3d\x03\x01\x07"), OID_P256},
	{O("\x2b\x81\x04\x00\x22"), OID_P384},
	{O("\x2b\x81\x04\x00\x23"), OID_P521},
	{O("\x2b\x81\x04\x00\x21"), OID_P224},
	{O("\x2b\x81\x04\x00\x0a"), OID_SECP256K1},
	{O("\x2b\x65\x70"), OID_ED25519},
	{O("\x2b\x65\x71"), OID_ED448},
	{O("\x2a\x86\x48\xce\x38\x04\x01"), OID_DSA},
	{O("\x2b\x65\x6e"), OID_X25519},
	{O("\x55\x1d\x0e"), OID_EXT_SKI},
	{O("\x55\x1d\x0f"), OID_EXT_KU},
	{O("\x55\x1d\x11"), OID_EXT_SAN},
	{O("\x55\x1d\x13"), OID_EXT_BC},
	{O("\x55\x1d\x1e"), OID_EXT_CONSTRAINTS},
	{O("\x55\x1d\x1f"), OID_EXT_CRL},
	{O("\x55\x1d\x20"), OID_EXT_POLICIES},
	{O("\x55\x1d\x23"), OID_EXT_AKI},
	{O("\x55\x1d\x25"), OID_EXT_EKU},
	{O("\x2b\x06\x01\x05\x05\x07\x01\x01"), OID_EXT_AIA},
	{O("\x55\x1d\x21"), OID_EXT_MAPPINGS},
	{O("\x55\x1d\x24"), OID_EXT_POLICY_CONSTRAINTS},
	{O("\x55\x1d\x36"), OID_EXT_ANY_POLICY},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d"), OID_PBES2},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c"), OID_PBKDF2},
	{O("\x2b\x06\x01\x04\x01\xda\x47\x04\x0b"), OID_SCRYPT},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03"), OID_PBE_SHA1_3DES},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x04"), OID_PBE_SHA1_2DES},
	{O("\x2a\x86\x48\x86\xf7\x0d\x02\x07"), OID_HMAC_SHA1},
	{O("\x2a\x86\x48\x86\xf7\x0d\x02\x08"), OID_HMAC_SHA224},
	{O("\x2a\x86\x48\x86\xf7\x0d\x02\x09"), OID_HMAC_SHA256},
	{O("\x2a\x86\x48\x86\xf7\x0d\x02\x0a"), OID_HMAC_SHA384},
	{O("\x2a\x86\x48\x86\xf7\x0d\x02\x0b"), OID_HMAC_SHA512},
	{O("\x60\x86\x48\x01\x65\x03\x04\x01\x02"), OID_AES128_CBC},
	{O("\x60\x86\x48\x01\x65\x03\x04\x01\x16"), OID_AES192_CBC},
	{O("\x60\x86\x48\x01\x65\x03\x04\x01\x2a"), OID_AES256_CBC},
	{O("\x2a\x86\x48\x86\xf7\x0d\x03\x07"), OID_3DES_CBC},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x01"), OID_PBE_RC4_128},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x02"), OID_PBE_RC4_40},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x05"), OID_PBE_RC2_128},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x06"), OID_PBE_RC2_40},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0e"), OID_PBMAC1},
	{O("\x2b\x0e\x03\x02\x1a"), OID_SHA1},
	{O("\x60\x86\x48\x01\x65\x03\x04\x02\x04"), OID_SHA224},
	{O("\x60\x86\x48\x01\x65\x03\x04\x02\x01"), OID_SHA256},
	{O("\x60\x86\x48\x01\x65\x03\x04\x02\x02"), OID_SHA384},
	{O("\x60\x86\x48\x01\x65\x03\x04\x02\x03"), OID_SHA512},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"), OID_P7_DATA},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), OID_P7_SIGNED},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"), OID_P7_ENVELOPED},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06"), OID_P7_ENCRYPTED},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01"), OID_BAG_KEY},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02"), OID_BAG_SHROUDED},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x03"), OID_BAG_CERT},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x04"), OID_BAG_CRL},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x05"), OID_BAG_SECRET},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x06"), OID_BAG_NESTED},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01"), OID_X509_CERT},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x14"), OID_FRIENDLY_NAME},
};

static const struct row signatures[] = {
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"), SIG_RSA_SHA1},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), SIG_RSA_SHA256},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), SIG_RSA_SHA384},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), SIG_RSA_SHA512},
	{O("\x2a\x86\x48\xce\x3d\x04\x01"), SIG_ECDSA_SHA1},
	{O("\x2a\x86\x48\xce\x3d\x04\x03\x02"), SIG_ECDSA_SHA256},
	{O("\x2a\x86\x48\xce\x3d\x04\x03\x03"), SIG_ECDSA_SHA384},
	{O("\x2a\x86\x48\xce\x3d\x04\x03\x04"), SIG_ECDSA_SHA512},
	{O("\x2b\x65\x70"), SIG_ED25519},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), SIG_RSA_PSS},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02"), SIG_RSA_MD2},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"), SIG_RSA_MD5},
	{O("\x2a\x86\x48\xce\x38\x04\x03"), SIG_DSA_SHA1},
	{O("\x60\x86\x48\x01\x65\x03\x04\x03\x02"), SIG_DSA_SHA256},
};

static const struct row purposes[] = {
	{O("\x55\x1d\x25\x00"), EKU_ANY},
	{O("\x2b\x06\x01\x05\x05\x07\x03\x01"), EKU_SERVER},
	{O("\x2b\x06\x01\x05\x05\x07\x03\x02"), EKU_CLIENT},
	{O("\x2b\x06\x01\x05\x05\x07\x03\x03"), EKU_CODE_SIGNING},
	{O("\x2b\x06\x01\x05\x05\x07\x03\x04"), EKU_EMAIL},
	{O("\x2b\x06\x01\x05\x05\x07\x03\x08"), EKU_TIME_STAMPING},
	{O("\x2b\x06\x01\x05\x05\x07\x03\x09"), EKU_OCSP_SIGNING},
};

static const struct {
	const char *p;
	size_t n;
	const char *name;
} attributes[] = {
	{O("\x55\x04\x03"), "CN"},
	{O("\x55\x04\x04"), "SN"},
	{O("\x55\x04\x05"), "SERIALNUMBER"},
	{O("\x55\x04\x06"), "C"},
	{O("\x55\x04\x07"), "L"},
	{O("\x55\x04\x08"), "ST"},
	{O("\x55\x04\x09"), "STREET"},
	{O("\x55\x04\x0a"), "O"},
	{O("\x55\x04\x0b"), "OU"},
	{O("\x55\x04\x0c"), "T"},
	{O("\x55\x04\x11"), "POSTALCODE"},
	{O("\x55\x04\x2a"), "GN"},
	{O("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID"},
	{O("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC"},
	{O("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress"},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct bytes octets(const char *p, size_t n)
{
	return (struct bytes){(const uint8_t *)p, n};
}

static int find(const struct row *rows, size_t n, struct bytes oid)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(oid, octets(rows[i].p, rows[i].n)))
			return rows[i].id;
	return 0;
}

static struct bytes by_id(const struct row *rows, size_t n, int id)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].id == id)
			return octets(rows[i].p, rows[i].n);
	return (struct bytes){NULL, 0};
}

enum oid oid_find(struct bytes oid)
{
	return (enum oid)find(plain, COUNT(plain), oid);
}

struct bytes oid_bytes(enum oid id)
{
	return by_id(plain, COUNT(plain), (int)id);
}

enum sig_alg oid_signature(struct bytes oid)
{
	return (enum sig_alg)find(signatures, COUNT(signatures), oid);
}

struct bytes oid_of_signature(enum sig_alg sig)
{
	return by_id(signatures, COUNT(signatures), (int)sig);
}

unsigned oid_purpose(struct bytes oid)
{
	unsigned bit = (unsigned)find(purposes, COUNT(purposes), oid);
	return bit ? bit : EKU_OTHER;
}

const char *oid_attribute(struct bytes oid)
{
	for (size_t i = 0; i < COUNT(attributes); i++)
		if (bytes_equal(oid, octets(attributes[i].p, attributes[i].n)))
			return attributes[i].name;
	return NULL;
}

bool oid_shaped(struct bytes oid)
{
	bool start = true;
	for (size_t i = 0; i < oid.n; i++) {
		if (start && oid.p[i] == 0x80)
			return false;
		start = !(oid.p[i] & 0x80);
	}
	return oid.n > 0 && start;
}

bool oid_valid(struct bytes oid)
{
	uint32_t v = 0;
	for (size_t i = 0; i < oid.n; i++) {
		if (v >> 24)
			return false;
		v = v << 7 | (oid.p[i] & 0x7f);
		if (!(oid.p[i] & 0x80))
			v = 0;
	}
	return oid_shaped(oid);
}

void oid_text(struct buf *out, struct bytes oid)
{
	unsigned long long arc = 0;
	bool first = true;
	for (size_t i = 0; i < oid.n; i++) {
		if (arc >> 56) { /* longer than any that is in use: not a number that we print */
			buf_str(out, "...");
			return;
		}
		arc = arc << 7 | (oid.p[i] & 0x7f);
		if (oid.p[i] & 0x80)
			continue;
		if (first) {
			unsigned top = arc < 40 ? 0 : arc < 80 ? 1 : 2;
			buf_printf(out, "%u.%llu", top, arc - 40ULL * top);
		} else {
			buf_printf(out, ".%llu", arc);
		}
		first = false;
		arc = 0;
	}
}

static void put_arc(struct buf *out, uint64_t arc)
{
	uint8_t octets[10];
	size_t n = sizeof(octets);
	octets[--n] = arc & 0x7f;
	while (arc >>= 7)
		octets[--n] = (uint8_t)(0x80 | (arc & 0x7f));
	buf_add(out, octets + n, sizeof(octets) - n);
}

/* The number at *s, without leading zeros; *s moves behind it, or stays where there is none. */
static bool read_arc(const char **s, uint64_t *arc)
{
	const char *p = *s;
	*arc = 0;
	for (; *p >= '0' && *p <= '9' && *arc >> 52 == 0; p++)
		*arc = *arc * 10 + (uint64_t)(*p - '0');
	if (p == *s || (*p >= '0' && *p <= '9') || (**s == '0' && p > *s + 1))
		return false;
	*s = p;
	return true;
}

bool oid_parse(struct buf *out, const char *text)
{
	uint64_t first, arc;
	size_t before = out->n;
	if (!read_arc(&text, &first) || *text++ != '.' || !read_arc(&text, &arc) || first > 2 ||
		(first < 2 && arc > 39))
		return false;
	put_arc(out, first * 40 + arc);
	while (*text == '.') {
		text++;
		if (!read_arc(&text, &arc))
			goto bad;
		put_arc(out, arc);
	}
	if (*text == 0 && oid_valid((struct bytes){out->p + before, out->n - before}))
		return true;
bad:
	out->n = before;
	return false;
}
