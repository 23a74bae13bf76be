/* SPDX-License-Identifier: MIT */
/*
 * wire: messages between two processes of one program: a length and bytes; in them numbers and
 * counted strings. Both ends are the same binary, so there is no version and no byte order; the
 * reader checks every bound all the same.
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define WIRE_MAX (256u << 20) /* most bytes of one message */

/* Writers: append to out. */
void wire_put_number(struct buf *out, int64_t v);
void wire_put_bytes(struct buf *out, struct bytes b);
void wire_put_text(struct buf *out, const char *s); /* NULL is told apart from "" */
void wire_put_error(struct buf *out, const struct error *err);

/* A reader; bad is set for good once something does not fit, and then everything reads as 0. */
struct wire {
	struct bytes in;
	bool bad;
};
int64_t wire_number(struct wire *w);
struct bytes wire_bytes(struct wire *w); /* a view into the message */
char *wire_text(struct wire *w);         /* owned by the caller; NULL as it was put */
void wire_error(struct wire *w, struct error *err);

/* Sends one message. False: the other end is gone. */
bool wire_send(int fd, struct bytes message);
/* Receives one, of at most most bytes, into message (freed before, wiped). False: gone or longer.
 */
bool wire_receive(int fd, struct buf *message, size_t most);

#endif
