// SPDX-License-Identifier: MIT
// signer: the process itself: what it answers, and how it gives up everything but its socket.
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/sandbox.h"
#include "pki/bearssl.h"
#include "rescue/signer.h"

#define FILES_MAX 1024 /* more this program never has open */

static void answer_error(struct buf *reply, const struct error *err)
{
	wire_put_number(reply, 1);
	wire_put_error(reply, err);
}

/* --- scan ----------------------------------------------------------------------------------- */

static int open_store(struct signer_child *c, struct error *err)
{
	if (c->cert_file)
		return store_open_files(&c->store, c->cert_file, c->key_file, err);
	return store_open(&c->store, c->dir, c->is_ca_dir, c->cluster, err);
}

static void put_store(struct buf *reply, const struct store *s)
{
	wire_put_text(reply, s->path);
	wire_put_number(reply, (int64_t)s->n_cas);
	for (size_t i = 0; i < s->n_cas; i++) {
		wire_put_text(reply, s->cas[i].cluster);
		wire_put_text(reply, s->cas[i].cert_path);
		wire_put_bytes(reply, buf_bytes(&s->cas[i].der));
	}
	wire_put_number(reply, (int64_t)s->n_keys);
	for (size_t i = 0; i < s->n_keys; i++) {
		wire_put_text(reply, s->keys[i].cluster);
		wire_put_text(reply, s->keys[i].path);
		wire_put_number(reply, s->keys[i].encrypted);
	}
}

/* The keys that are met on the way are wiped at once: nothing is signed yet. */
static bool scan(struct signer_child *c, struct wire *w, struct buf *reply)
{
	struct error err = ERROR_INIT;
	if (c->scanned)
		return false;
	c->scanned = true;
	c->dir = wire_text(w);
	c->is_ca_dir = wire_number(w) != 0;
	c->cluster = wire_text(w);
	c->cert_file = wire_text(w);
	c->key_file = wire_text(w);
	if (w->bad || (!c->dir && !(c->cert_file && c->key_file)))
		return false;
	if (open_store(c, &err)) {
		answer_error(reply, &err);
		return true;
	}
	store_lock(&c->store);
	wire_put_number(reply, 0);
	put_store(reply, &c->store);
	return true;
}

/* --- the list, and the end of all other system calls ----------------------------------------- */

/* Reads the store again, now with its keys. The certificates must be those that the plan was made
 * with. */
static int reopen(struct signer_child *c, struct error *err)
{
	struct store before = c->store;
	c->store = (struct store)STORE_INIT;
	int rc = open_store(c, err);
	bool same = rc == 0 && c->store.n_cas == before.n_cas;
	for (size_t i = 0; same && i < before.n_cas; i++)
		same = bytes_equal(buf_bytes(&c->store.cas[i].der), buf_bytes(&before.cas[i].der));
	if (rc == 0 && !same)
		rc = error_set(err, ERR_FAILED, before.path, "start again",
			"the CA's files changed while the plan was made");
	store_close(&before);
	return rc;
}

/* Faults in as much stack as any answer takes, so that it is locked with the rest. */
static __attribute__((noinline)) void touch_stack(void)
{
	uint8_t stack[256 << 10];
	wipe(stack, sizeof(stack));
}

/* From here on: read, write, exit. */
static bool confine(struct signer_child *c, struct error *err)
{
	touch_stack();
	bearssl_random_start();
	if (!arena_start(SIGNER_HEAP)) {
		error_errno(
			err, NULL, "use a machine with more memory", "the signer has no memory");
		return false;
	}
	mlockall(MCL_CURRENT); /* best effort, as in secret.h */
	c->confined = sandbox_enter(c->fd);
	return true;
}

static bool list(struct signer_child *c, struct wire *w, struct buf *reply)
{
	struct error err = ERROR_INIT;
	if (!c->scanned || c->listed || !signlist_read(&c->list, w))
		return false;
	for (size_t i = 0; i < c->list.n; i++)
		if (c->list.lines[i].ca >= c->store.n_cas)
			return false;
	c->listed = true;
	if (reopen(c, &err) || (c->fd >= 0 && !confine(c, &err))) {
		answer_error(reply, &err);
		return true;
	}
	wire_put_number(reply, 0);
	wire_put_number(reply, c->confined);
	return true;
}

/* --- keys and signatures ---------------------------------------------------------------------- */

static bool open_key(struct signer_child *c, struct wire *w, struct buf *reply)
{
	struct error err = ERROR_INIT;
	struct secret passphrase = SECRET_INIT;
	size_t ca = (size_t)wire_number(w);
	bool given = wire_number(w) != 0;
	struct bytes text = wire_bytes(w);
	if (w->bad || !c->listed || ca >= c->store.n_cas)
		return false;
	secret_set(&passphrase, text.p, text.n);
	const struct store_ca *opened = &c->store.cas[ca];
	if (!opened->open && store_unlock(&c->store, ca, given ? &passphrase : NULL, &err)) {
		answer_error(reply, &err);
	} else {
		wire_put_number(reply, 0);
		wire_put_number(reply, opened->key.alg);
		wire_put_number(reply, opened->key.bits);
		wire_put_number(reply, opened->key.was_encrypted);
		wire_put_text(reply, opened->key_path);
	}
	secret_free(&passphrase);
	return true;
}

static int sign_line(struct signer_child *c, size_t i, enum sig_alg sig, struct bytes tbs,
	struct buf *signature, struct error *err)
{
	if (i >= c->list.n)
		return error_set(err, ERR_REFUSED, NULL, "start again; if it comes back, report it",
			"the signer was asked for a certificate that is not in the plan");
	struct signlist_line *line = &c->list.lines[i];
	const struct store_ca *ca = &c->store.cas[line->ca];
	if (!ca->open)
		return error_set(err, ERR_FAILED, ca->cert_path, NULL, "the CA's key is not open");
	if (signlist_match(line, &ca->cert, tbs, err) ||
		key_sign(&ca->key, sig, tbs, signature, err))
		return -1;
	line->used = true;
	return 0;
}

static bool sign(struct signer_child *c, struct wire *w, struct buf *reply)
{
	struct error err = ERROR_INIT;
	struct buf signature = BUF_INIT;
	size_t line = (size_t)wire_number(w);
	enum sig_alg sig = (enum sig_alg)wire_number(w);
	struct bytes tbs = wire_bytes(w);
	if (w->bad || !c->listed)
		return false;
	if (sign_line(c, line, sig, tbs, &signature, &err)) {
		answer_error(reply, &err);
	} else {
		wire_put_number(reply, 0);
		wire_put_bytes(reply, buf_bytes(&signature));
	}
	buf_free(&signature);
	return true;
}

bool signer_answer(struct signer_child *c, struct bytes request, struct buf *reply)
{
	struct wire w = {request, false};
	switch (wire_number(&w)) {
	case SIGNER_SCAN:
		return scan(c, &w, reply);
	case SIGNER_LIST:
		return list(c, &w, reply);
	case SIGNER_OPEN:
		return open_key(c, &w, reply);
	case SIGNER_SIGN:
		return sign(c, &w, reply);
	default:
		return false;
	}
}

/* --- the process ------------------------------------------------------------------------------ */

/* No file but the socket and the terminal (until it is confined), no core, no signal from the
 * terminal, no life without its parent. */
static void settle(int fd)
{
	sigset_t all;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	secret_process();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int i = STDERR_FILENO + 1; i < FILES_MAX; i++)
		if (i != fd)
			close(i);
}

void signer_run(int fd)
{
	struct signer_child c = {.fd = fd};
	struct buf request = BUF_INIT;
	settle(fd);
	for (;;) {
		struct buf reply = BUF_INIT;
		bool ok = wire_receive(fd, &request, c.listed ? SIGNER_MESSAGE_MAX : WIRE_MAX) &&
			  signer_answer(&c, buf_bytes(&request), &reply) &&
			  wire_send(fd, buf_bytes(&reply));
		buf_wipe(&request);
		buf_wipe(&reply);
		if (!ok)
			break;
	}
	store_lock(&c.store);
	arena_wipe();
	_exit(0);
}
