// SPDX-License-Identifier: MIT
// signer: this side of the socket: starts the process, asks, and says why it ended.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rescue/signer.h"

int signer_start(struct signer *s, struct error *err)
{
	int pair[2];
	*s = (struct signer)SIGNER_INIT;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return error_errno(err, NULL, NULL, "the signer process cannot be started");
	pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		signer_run(pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		error_errno(err, NULL, NULL, "the signer process cannot be started");
		close(pair[0]);
		return -1;
	}
	*s = (struct signer){pair[0], pid};
	return 0;
}

/* The process is gone: how did it end? */
static int gone(struct signer *s, struct error *err)
{
	int status = 0;
	close(s->fd);
	s->fd = -1;
	while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return error_set(err, ERR_FAILED, NULL, "nothing was changed; report this",
			"the signer process made a system call that it may not make, and was "
			"killed");
	if (WIFSIGNALED(status))
		return error_set(err, ERR_FAILED, NULL, "nothing was changed; start again",
			"the signer process was killed by signal %d", WTERMSIG(status));
	return error_set(err, ERR_FAILED, NULL, "nothing was changed; start again",
		"the signer process ended (%d)", WEXITSTATUS(status));
}

/* One request and its answer: the reply's reader behind its verdict, or -1 with the error in it. */
static int ask(struct signer *s, const struct buf *request, struct buf *reply, struct wire *w,
	struct error *err)
{
	struct sigaction old, ignore = {.sa_handler = SIG_IGN};
	if (s->fd < 0)
		return error_set(err, ERR_FAILED, NULL, NULL, "the signer process has ended");
	sigaction(SIGPIPE, &ignore, &old);
	bool ok = wire_send(s->fd, buf_bytes(request)) && wire_receive(s->fd, reply, WIRE_MAX);
	sigaction(SIGPIPE, &old, NULL);
	if (!ok)
		return gone(s, err);
	*w = (struct wire){buf_bytes(reply), false};
	if (wire_number(w) == 0)
		return 0;
	wire_error(w, err);
	return -1;
}

static void read_cas(struct wire *w, struct store *store)
{
	int64_t n = wire_number(w);
	for (int64_t i = 0; i < n && !w->bad; i++) {
		char *cluster = wire_text(w), *path = wire_text(w);
		struct bytes der = wire_bytes(w);
		if (!w->bad)
			store_add_cert(store, cluster, path, der);
		free(cluster);
		free(path);
	}
}

static void read_keys(struct wire *w, struct store *store)
{
	int64_t n = wire_number(w);
	for (int64_t i = 0; i < n && !w->bad; i++) {
		char *cluster = wire_text(w), *path = wire_text(w);
		bool encrypted = wire_number(w) != 0;
		if (!w->bad)
			store_note_key(store, cluster, path, encrypted);
		free(cluster);
		free(path);
	}
}

int signer_scan(
	struct signer *s, const struct signer_source *from, struct store *store, struct error *err)
{
	struct buf request = BUF_INIT, reply = BUF_INIT;
	struct wire w;
	*store = (struct store)STORE_INIT;
	wire_put_number(&request, SIGNER_SCAN);
	wire_put_text(&request, from->dir);
	wire_put_number(&request, from->is_ca_dir);
	wire_put_text(&request, from->cluster);
	wire_put_text(&request, from->cert_file);
	wire_put_text(&request, from->key_file);
	int rc = ask(s, &request, &reply, &w, err);
	if (rc == 0) {
		store->path = wire_text(&w);
		read_cas(&w, store);
		read_keys(&w, store);
	}
	buf_free(&request);
	buf_free(&reply);
	return rc;
}

int signer_list(struct signer *s, const struct signlist *list, bool *confined, struct error *err)
{
	struct buf request = BUF_INIT, reply = BUF_INIT;
	struct wire w;
	wire_put_number(&request, SIGNER_LIST);
	signlist_put(&request, list);
	int rc = ask(s, &request, &reply, &w, err);
	if (rc == 0)
		*confined = wire_number(&w) != 0;
	buf_free(&request);
	buf_free(&reply);
	return rc;
}

int signer_open(struct signer *s, struct store *store, size_t ca, const struct secret *passphrase,
	struct error *err)
{
	struct buf request = BUF_INIT, reply = BUF_INIT;
	struct store_ca *to = &store->cas[ca];
	struct wire w;
	wire_put_number(&request, SIGNER_OPEN);
	wire_put_number(&request, (int64_t)ca);
	wire_put_number(&request, passphrase != NULL);
	wire_put_bytes(&request, passphrase ? secret_bytes(passphrase) : (struct bytes){NULL, 0});
	int rc = ask(s, &request, &reply, &w, err);
	buf_wipe(&request);
	if (rc == 0) {
		key_free(&to->key);
		free(to->key_path);
		to->key.alg = (enum key_alg)wire_number(&w);
		to->key.bits = (int)wire_number(&w);
		to->key.was_encrypted = wire_number(&w) != 0;
		to->key_path = wire_text(&w);
		buf_add(&to->key.spki, to->cert.spki.p, to->cert.spki.n);
		to->open = true;
	}
	buf_free(&reply);
	return rc;
}

int signer_sign(struct signer *s, size_t line, enum sig_alg sig, struct bytes tbs,
	struct buf *signature, struct error *err)
{
	struct buf request = BUF_INIT, reply = BUF_INIT;
	struct wire w;
	wire_put_number(&request, SIGNER_SIGN);
	wire_put_number(&request, (int64_t)line);
	wire_put_number(&request, sig);
	wire_put_bytes(&request, tbs);
	int rc = ask(s, &request, &reply, &w, err);
	if (rc == 0) {
		struct bytes made = wire_bytes(&w);
		buf_add(signature, made.p, made.n);
	}
	buf_free(&request);
	buf_free(&reply);
	return rc;
}

void signer_end(struct signer *s)
{
	struct error ignored;
	if (s->fd < 0)
		return;
	shutdown(s->fd, SHUT_WR); /* it reads the end, wipes and goes */
	gone(s, &ignored);
}

int signer_look(const struct signer_source *from, struct store *store, struct error *err)
{
	struct signer s;
	*store = (struct store)STORE_INIT;
	int rc = signer_start(&s, err) || signer_scan(&s, from, store, err) ? -1 : 0;
	signer_end(&s);
	return rc;
}
