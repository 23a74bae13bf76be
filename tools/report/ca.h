/* SPDX-License-Identifier: MIT */
/*
 * ca: what ca show says of the CAs in a directory, for people and as JSON. Everything that comes
 * from files is escaped; no private key is ever shown.
 */
#ifndef REPORT_CA_H
#define REPORT_CA_H

#include "base/buf.h"
#include "media/authority_check.h"

struct ca_view {
	const struct authorities *cas;
	const struct authority_findings *findings;
	int64_t now, within;
	bool colour;
};

/* A block of lines a CA, findings with remedies, a summary. */
void report_ca_text(struct buf *out, const struct ca_view *view);
/*
 * {"version":1,"path","now","cas":[{"role","path","state","subject","issuer","self_signed",
 * "key","key_id","serial_number","not_before","not_after","seconds_left","sha256",
 * "private_key":{"path","state","scheme","rounds","pair"},"older":[...]}],"findings":[...]}
 * private_key.state: plain, encrypted, missing, damaged or unusable; pair: true, false, or null
 * where that is not known.
 */
void report_ca_json(struct buf *out, const struct ca_view *view);

/* The key as it lies there, for both. */
struct ca_key_view {
	const char *state;
	int pair; /* 1, 0, or -1: not known */
	bool encrypted;
	char scheme[96]; /* "" if it is not encrypted */
	int64_t rounds;  /* -1: not said */
};
void report_ca_key(struct ca_key_view *k, const struct authorities *a, size_t i);

#endif
