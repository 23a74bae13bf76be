/* SPDX-License-Identifier: MIT */
/*
 * What certrescue needs of mbedTLS, and nothing else: reading keys, certificates
 * and requests that were found, writing keys as DER, checking pairs, and
 * verifying what BearSSL signed. It stands in the place of mbedTLS's own
 * mbedtls_config.h in the toolchain, so that library and callers see the same.
 *
 * Left out on purpose:
 * - HAVE_TIME and HAVE_TIME_DATE: the library would ask the system's clock,
 *   which on a rescued node may say 1970. Without them verification does not
 *   look at dates at all; pki/ compares them with the time it was given. (With
 *   them every date failure would have to be filtered out again in the verify
 *   callback, and forgetting that once would be silent.)
 * - ENTROPY, CTR_DRBG: under musl mbedTLS never calls getrandom() but opens
 *   /dev/random, which is missing in a chroot and early in the image. Where it
 *   needs random numbers (blinding) the caller passes its own f_rng.
 * - X509_CRT_WRITE, X509_CREATE: joins several O= into the last one, and writes
 *   UTF8String where Go compares bytes. Certificates are written by pki/der.
 * - GENPRIME: keys are made by BearSSL.
 * - PK_PARSE_EC_COMPRESSED, EC_EXTENDED: Go refuses such keys; so do we.
 * - ciphers, PKCS#5, PKCS#12, PEM: keys are decrypted by pki/pbe and BearSSL.
 * - SSL, PSA, FS_IO, networking, CRL, PKCS#7, self tests.
 */
#ifndef CERTRESCUE_MBEDTLS_CONFIG_H
#define CERTRESCUE_MBEDTLS_CONFIG_H

/* The platform. */
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_ERROR_C
#define MBEDTLS_VERSION_C

/* Digests; SHA-1 for signatures that were found. */
#define MBEDTLS_MD_C
#define MBEDTLS_SHA1_C
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C

/* Public keys. HMAC_DRBG is what makes ECDSA deterministic (RFC 6979). */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_SECP521R1_ENABLED
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECDSA_DETERMINISTIC
#define MBEDTLS_HMAC_DRBG_C

/* Forms: keys in and out, certificates and requests in. */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_WRITE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_CSR_PARSE_C
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT

#endif
