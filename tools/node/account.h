/* SPDX-License-Identifier: MIT */
/*
 * account: the numbers of the node's accounts, as its own /etc/passwd has them (passwd(5)): the
 * machine that the program runs on may have other ones.
 */
#ifndef NODE_ACCOUNT_H
#define NODE_ACCOUNT_H

#include "node/root.h"

#define ACCOUNT_FILE "/etc/passwd"

/* By name, or a number as it is; root is 0 on every node. False: there is none. */
bool account_find(const struct root *root, const char *name, uid_t *uid);
/* The same in the text of a passwd file; numbers are not looked up. */
bool account_in(struct bytes passwd, const char *name, uid_t *uid);

#endif
