/* SPDX-License-Identifier: MIT */
/*
 * verify_work: what the parts of verify share (verify.c, comply*.c); nobody else includes it.
 */
#ifndef RESCUE_VERIFY_WORK_H
#define RESCUE_VERIFY_WORK_H

#include "rescue/verify.h"

struct verify {
	const struct inventory *inv;
	const struct conf *conf;
	int64_t now;
	struct verify_report *out;
};

/* A finding about certificate i; the first one is its verdict. */
void verify_found(const struct verify *v, size_t i, const char *code, const char *remedy,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/*
 * A finding about a file or directory. The text is what is wrong with it ("has mode 0644"); where
 * the file belongs to a certificate (cert is not -1), the path is put before it.
 */
void verify_file(const struct verify *v, int cert, const char *path, const char *code,
	const char *remedy, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Has discovery said this already? */
bool verify_said(const struct inventory *inv, size_t file, const char *code);

#endif
