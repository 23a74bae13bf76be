/* SPDX-License-Identifier: MIT */
/*
 * der: reads and writes DER (X.690), tag by tag. Strict: definite, minimal lengths, tags of one
 * octet, nothing outside (pointer, length). What the values mean is the caller's business.
 */
#ifndef PKI_DER_H
#define PKI_DER_H

#include "base/buf.h"
#include "base/error.h"

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8_STRING = 0x0c,
	DER_NUMERIC_STRING = 0x12,
	DER_PRINTABLE_STRING = 0x13,
	DER_T61_STRING = 0x14,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_UNIVERSAL_STRING = 0x1c,
	DER_BMP_STRING = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
};
#define DER_CONTEXT(n) (0x80 + (n))  /* primitive */
#define DER_EXPLICIT(n) (0xa0 + (n)) /* constructed */

/* A reader: what is left, and where offsets in messages count from. err may be NULL. */
struct der {
	struct bytes in;
	const uint8_t *base;
	struct error *err;
};

struct der_tlv {
	unsigned tag;
	struct bytes raw;  /* with header */
	struct bytes body; /* content octets */
};

struct der der_reader(struct bytes in, struct error *err);
/* A reader of t's content, with d's offsets and error. */
struct der der_inside(const struct der *d, const struct der_tlv *t);
/* Fills err with the offset of at and the text; returns -1. */
int der_fail(const struct der *d, const uint8_t *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The next element, of any tag; of the given tag (what: its name in messages). 0 or -1. */
int der_any(struct der *d, const char *what, struct der_tlv *t);
int der_take(struct der *d, unsigned tag, const char *what, struct der_tlv *t);
/* 1: the next element has this tag and was read into t; 0: it has not, or nothing is left. */
int der_optional(struct der *d, unsigned tag, const char *what, struct der_tlv *t);
bool der_is(const struct der *d, unsigned tag);
/* Fails if anything is left. */
int der_end(const struct der *d, const char *what);
/* A reader of the content of the next element, which must have this tag. */
int der_enter(struct der *d, unsigned tag, const char *what, struct der *inside);
/* A BIT STRING without unused bits: its octets. */
int der_bits(struct der *d, const char *what, struct bytes *octets);
/* A minimal INTEGER from 0 to most. */
int der_small(struct der *d, const char *what, long most, long *value);

/* The octets of a non-negative INTEGER without leading zeros. */
struct bytes der_magnitude(struct bytes integer);

/* Writers: append to out. */
void der_put(struct buf *out, unsigned tag, struct bytes body);
void der_put_raw(struct buf *out, struct bytes raw);
/* Makes everything from out->p + start on the content of one element. */
void der_wrap(struct buf *out, size_t start, unsigned tag);
void der_put_small(struct buf *out, unsigned value); /* INTEGER below 128 */
/* INTEGER from big-endian octets, positive, minimal. */
void der_put_unsigned(struct buf *out, struct bytes magnitude);
void der_put_bits(struct buf *out, struct bytes octets);

#endif
