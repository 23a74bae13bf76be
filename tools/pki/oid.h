/* SPDX-License-Identifier: MIT */
/*
 * oid: the object identifiers that certificates and keys of Kubernetes carry, as one table of
 * content octets. Unknown ones are no error; oid_text writes any of them in dots.
 */
#ifndef PKI_OID_H
#define PKI_OID_H

#include "pki/cert.h"

enum oid {
	OID_UNKNOWN,
	/* keys and curves */
	OID_RSA,
	OID_RSA_PSS,
	OID_EC,
	OID_P256,
	OID_P384,
	OID_P521,
	OID_P224,
	OID_SECP256K1,
	OID_ED25519,
	OID_DSA,
	OID_ED448,
	OID_X25519,
	/* extensions */
	OID_EXT_SKI,
	OID_EXT_KU,
	OID_EXT_SAN,
	OID_EXT_BC,
	OID_EXT_CONSTRAINTS,
	OID_EXT_CRL,
	OID_EXT_POLICIES,
	OID_EXT_AKI,
	OID_EXT_EKU,
	OID_EXT_AIA,
	OID_EXT_MAPPINGS,
	OID_EXT_POLICY_CONSTRAINTS,
	OID_EXT_ANY_POLICY,
	/* encryption of PKCS#8 */
	OID_PBES2,
	OID_PBKDF2,
	OID_SCRYPT,
	OID_PBE_SHA1_3DES,
	OID_PBE_SHA1_2DES,
	OID_HMAC_SHA1,
	OID_HMAC_SHA224,
	OID_HMAC_SHA256,
	OID_HMAC_SHA384,
	OID_HMAC_SHA512,
	OID_AES128_CBC,
	OID_AES192_CBC,
	OID_AES256_CBC,
	OID_3DES_CBC,
	OID_PBE_RC4_128,
	OID_PBE_RC4_40,
	OID_PBE_RC2_128,
	OID_PBE_RC2_40,
	OID_PBMAC1,
	/* digests */
	OID_SHA1,
	OID_SHA224,
	OID_SHA256,
	OID_SHA384,
	OID_SHA512,
	/* PKCS#12 */
	OID_P7_DATA,
	OID_P7_SIGNED,
	OID_P7_ENVELOPED,
	OID_P7_ENCRYPTED,
	OID_BAG_KEY,
	OID_BAG_SHROUDED,
	OID_BAG_CERT,
	OID_BAG_CRL,
	OID_BAG_SECRET,
	OID_BAG_NESTED,
	OID_X509_CERT,
	OID_FRIENDLY_NAME,
};

/* The octets of a known one. */
struct bytes oid_bytes(enum oid id);
/* Which one is it? */
enum oid oid_find(struct bytes oid);
/* Is it encoded as DER has it? oid_valid: and no number in it is above 2^31 - 1, as Go wants. */
bool oid_shaped(struct bytes oid);
bool oid_valid(struct bytes oid);
/* Appends "1.2.840.113549.1.1.1". */
void oid_text(struct buf *out, struct bytes oid);
/* Appends the octets of an identifier in dots, as far as oid_valid goes. False: nothing was
 * appended. */
bool oid_parse(struct buf *out, const char *text);
/* The short name of an attribute type ("CN"), or NULL. */
const char *oid_attribute(struct bytes oid);
/* A signature algorithm's identifier, without parameters; how Go's x509 names it. */
enum sig_alg oid_signature(struct bytes oid);
struct bytes oid_of_signature(enum sig_alg sig);
/* An extended key usage's bit. */
unsigned oid_purpose(struct bytes oid);

#endif
