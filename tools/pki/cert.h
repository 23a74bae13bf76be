/* SPDX-License-Identifier: MIT */
/*
 * cert: an X.509 certificate (RFC 5280) as a view into its DER bytes.
 *
 * The reader is strict DER and keeps every part as the raw bytes that were there, since a renewed
 * certificate is made of them. It reads what mbedTLS cannot (Ed25519, P-521, NumericString,
 * critical name constraints ...). It does not verify: that is chain.h, lint.h and opinion.h.
 */
#ifndef PKI_CERT_H
#define PKI_CERT_H

#include "base/buf.h"
#include "base/error.h"

enum key_alg {
	KEY_NONE,
	KEY_RSA,
	KEY_P256,
	KEY_P384,
	KEY_P521,
	KEY_ED25519,
	KEY_OTHER,
};

enum sig_alg {
	SIG_OTHER,
	SIG_RSA_SHA1,
	SIG_RSA_SHA256,
	SIG_RSA_SHA384,
	SIG_RSA_SHA512,
	SIG_ECDSA_SHA1,
	SIG_ECDSA_SHA256,
	SIG_ECDSA_SHA384,
	SIG_ECDSA_SHA512,
	SIG_ED25519,
	SIG_RSA_PSS,
	/* named, never verified */
	SIG_RSA_MD2,
	SIG_RSA_MD5,
	SIG_DSA_SHA1,
	SIG_DSA_SHA256,
};

/* KeyUsage bits, RFC 5280 4.2.1.3: bit n of the BIT STRING is 1 << n. */
enum key_usage {
	KU_DIGITAL_SIGNATURE = 1 << 0,
	KU_CONTENT_COMMITMENT = 1 << 1,
	KU_KEY_ENCIPHERMENT = 1 << 2,
	KU_DATA_ENCIPHERMENT = 1 << 3,
	KU_KEY_AGREEMENT = 1 << 4,
	KU_CERT_SIGN = 1 << 5,
	KU_CRL_SIGN = 1 << 6,
	KU_ENCIPHER_ONLY = 1 << 7,
	KU_DECIPHER_ONLY = 1 << 8,
};

enum ext_key_usage {
	EKU_ANY = 1 << 0,
	EKU_SERVER = 1 << 1,
	EKU_CLIENT = 1 << 2,
	EKU_CODE_SIGNING = 1 << 3,
	EKU_EMAIL = 1 << 4,
	EKU_TIME_STAMPING = 1 << 5,
	EKU_OCSP_SIGNING = 1 << 6,
	EKU_OTHER = 1 << 7, /* at least one that is not listed here */
};

#define CERT_MAX (256 << 10) /* most bytes of one certificate that are read */

struct cert {
	struct bytes raw;    /* Certificate */
	struct bytes tbs;    /* TBSCertificate with its header */
	struct bytes sigalg; /* AlgorithmIdentifier inside the TBS, with its header */
	struct bytes sigalg_outer;
	struct bytes signature;  /* the BIT STRING's bits (no unused bits allowed) */
	struct bytes serial;     /* the INTEGER's content octets as they are */
	struct bytes issuer;     /* Name with its header */
	struct bytes validity;   /* Validity with its header */
	struct bytes subject;    /* Name with its header */
	struct bytes spki;       /* SubjectPublicKeyInfo with its header */
	struct bytes unique_ids; /* issuerUniqueID and subjectUniqueID with headers; mostly empty */
	struct bytes extensions; /* content of the SEQUENCE OF Extension; empty if there are none */
	int version;             /* 1, 2 or 3 */
	int64_t not_before, not_after;
	enum sig_alg sig;
	enum key_alg key;
	int key_bits; /* RSA: bits of the modulus; EC: bits of the field */
	/* What follows comes from extensions: of version 3 alone, as Go reads no others. */
	bool has_bc, is_ca;
	int path_len; /* -1: none */
	bool has_ku, has_eku;
	unsigned ku;           /* enum key_usage */
	unsigned eku;          /* enum ext_key_usage */
	bool unknown_critical; /* a critical extension that is not one of those named here */
	struct bytes ski;      /* SubjectKeyIdentifier's octets; p is NULL if there is none */
	struct bytes aki; /* AuthorityKeyIdentifier's keyIdentifier; p is NULL if there is none */
	struct bytes san; /* content of GeneralNames; p is NULL if there is none */
	struct bytes constraints; /* content of NameConstraints; p is NULL if there is none */
};

/*
 * Reads der, which must be one certificate and nothing behind it; c points into der from then on.
 * Fails with the offset and the reason in err->what (err->path stays empty: the caller knows it).
 */
int cert_parse(struct cert *c, struct bytes der, struct error *err);

/* One extension of the list; 1: found, 0: end (a parsed certificate's list has no damage). */
struct cert_ext {
	struct bytes raw; /* Extension with its header */
	struct bytes oid; /* content octets */
	bool critical;
	struct bytes value; /* content of the OCTET STRING */
};
int cert_ext_next(struct bytes *rest, struct cert_ext *ext);

enum san_kind { SAN_DNS, SAN_IP, SAN_URI, SAN_EMAIL, SAN_OTHER };
/* The next of c->san; 1: found, 0: end. value: text, or 4 or 16 address octets. */
int cert_san_next(struct bytes *rest, enum san_kind *kind, struct bytes *value);
/* Appends "DNS:cp-1", "IP:10.0.0.1", ... (not escaped) for one name. */
void cert_san_text(struct buf *out, enum san_kind kind, struct bytes value);

/*
 * Appends a Name as "O=system:masters,CN=kubernetes-admin": order as encoded, + between the parts
 * of a multi-valued RDN, commas and such in values escaped as RFC 4514 does.
 */
void cert_name_text(struct buf *out, struct bytes name);
/* Appends an attribute's value as UTF-8; false for a type that is not text. */
struct der_tlv;
bool cert_value_text(struct buf *out, const struct der_tlv *value);
/* Appends the last CN's text; appends nothing if there is none. */
void cert_common_name(struct buf *out, struct bytes name);
/* Appends the text of each value of an attribute type ("O"), separated by ','. */
void cert_name_values(struct buf *out, struct bytes name, const char *type);
/* Appends the serial number: decimal as cfssl and Go print it, or lower-case hex. */
void cert_serial_decimal(struct buf *out, struct bytes serial);
void cert_serial_hex(struct buf *out, struct bytes serial);

/* "RSA-2048", "ECDSA-P256", "Ed25519", ... */
const char *cert_key_text(enum key_alg alg, int bits, char text[32]);
const char *cert_sig_text(enum sig_alg sig); /* "SHA256-RSA", "ECDSA-SHA256", ... as Go */

#define SHA256_SIZE 32
void sha256(struct bytes data, uint8_t digest[SHA256_SIZE]);
void sha256_hex(struct bytes data, char hex[2 * SHA256_SIZE + 1]);

#endif
