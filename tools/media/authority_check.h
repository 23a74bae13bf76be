/* SPDX-License-Identifier: MIT */
/*
 * authority_check: what is wrong, or worth a word, with the CAs of a directory: for ca show.
 */
#ifndef MEDIA_AUTHORITY_CHECK_H
#define MEDIA_AUTHORITY_CHECK_H

#include "media/authority.h"

struct authority_finding {
	char *path;
	const char *code; /* static: "expired", "no-key", "plain-key" ... */
	char *text;
	char *remedy;
	bool wrong; /* due, expired or inconsistent; else only worth a word */
};

struct authority_findings {
	struct authority_finding *v;
	size_t n;
};

struct authority_ask {
	int64_t now;
	int64_t within; /* seconds: what ends sooner is due */
	bool opened;    /* a passphrase was given: a key that is still locked is wrong */
};

void authority_check(
	struct authority_findings *f, const struct authorities *a, const struct authority_ask *ask);
void authority_findings_free(struct authority_findings *f);

/*
 * 0: the CA's private key is opened. -1: why not, and what to do; err->path is the key's file, or
 * the certificate's where there is none. asked: a passphrase was given.
 */
int authority_at_hand(const struct authorities *a, size_t i, bool asked, struct error *err);

enum authority_state {
	AUTHORITY_OK,
	AUTHORITY_DUE,
	AUTHORITY_EXPIRED,
	AUTHORITY_NOT_YET_VALID,
};
enum authority_state authority_state(
	const struct authorities *a, size_t i, int64_t now, int64_t within);
/* "ok", "due", "expired", "not-yet-valid". */
const char *authority_state_text(enum authority_state s);

#endif
