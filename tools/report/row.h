/* SPDX-License-Identifier: MIT */
/*
 * row: what table and text have in common: words, colours, escaped names of certificates.
 */
#ifndef REPORT_ROW_H
#define REPORT_ROW_H

#include "base/buf.h"
#include "node/inventory.h"

enum row_colour { ROW_PLAIN, ROW_RED, ROW_YELLOW, ROW_GREEN, ROW_DIM, ROW_BOLD };

/* Appends text, padded with spaces to width columns, coloured if on. Text is not escaped here. */
void row_cell(struct buf *out, const char *text, int width, enum row_colour colour, bool on);
/* Columns that UTF-8 text takes, a character a column. */
int row_columns(const char *text);

/* For people: "expired", "due", "ok", "not yet", "damaged", "mismatch", "foreign", "unknown". */
const char *row_state(enum inv_state s);
enum row_colour row_state_colour(enum inv_state s);
/* 0: worst. */
int row_state_rank(enum inv_state s);

/* Escaped: kubeadm's name of the certificate; its place; its issuer as the node knows it. */
void row_name(struct buf *out, const struct inv_cert *c);
void row_place(struct buf *out, const struct inventory *inv, const struct inv_cert *c);
void row_issuer(struct buf *out, const struct inventory *inv, const struct inv_cert *c);

#endif
