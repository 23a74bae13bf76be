// SPDX-License-Identifier: MIT
// keymill: a queue of key orders and a thread for each core.
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "rescue/keymill.h"

#define THREADS_MAX 64
#define STACK_SIZE (512 << 10) /* key making uses about 20 KiB (BearSSL), checking less than 8 */

struct order {
	struct key *key;
	enum key_alg alg;
	int bits;
	int (*run)(void *arg, struct error *err); /* instead of a key */
	void *arg;
};

struct keymill {
	pthread_mutex_t lock;
	struct order *orders;
	size_t n, next, made;
	pthread_t threads[THREADS_MAX];
	size_t n_threads;
	bool stop, failed;
	size_t failed_number;
	void (*progress)(size_t made, size_t all);
	struct error err;
};

struct keymill *keymill_new(size_t most)
{
	struct keymill *m = xmalloc(sizeof(*m));
	m->orders = xmalloc((most + 1) * sizeof(*m->orders));
	pthread_mutex_init(&m->lock, NULL);
	return m;
}

void keymill_order(struct keymill *m, struct key *key, enum key_alg alg, int bits)
{
	m->orders[m->n++] = (struct order){.key = key, .alg = alg, .bits = bits};
}

void keymill_job(struct keymill *m, int (*run)(void *arg, struct error *err), void *arg)
{
	m->orders[m->n++] = (struct order){.run = run, .arg = arg};
}

static void *work(void *arg)
{
	struct keymill *m = arg;
	pthread_mutex_lock(&m->lock);
	while (!m->stop && !m->failed && m->next < m->n) {
		size_t number = m->next++;
		struct order o = m->orders[number];
		struct error err = ERROR_INIT;
		pthread_mutex_unlock(&m->lock);
		int rc = o.run ? o.run(o.arg, &err) : key_generate(o.key, o.alg, o.bits, &err);
		pthread_mutex_lock(&m->lock);
		m->made++;
		if (m->progress && !rc)
			m->progress(m->made, m->n);
		if (rc && (!m->failed || number < m->failed_number)) {
			m->failed = true;
			m->failed_number = number;
			m->err = err;
		}
	}
	pthread_mutex_unlock(&m->lock);
	return NULL;
}

void keymill_start(struct keymill *m)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t want = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (size_t)cores;
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	while (m->n_threads < want && m->n_threads < m->n) {
		if (pthread_create(&m->threads[m->n_threads], &attr, work, m))
			break;
		m->n_threads++;
	}
	pthread_attr_destroy(&attr);
}

static void join(struct keymill *m)
{
	for (size_t i = 0; i < m->n_threads; i++)
		pthread_join(m->threads[i], NULL);
	m->n_threads = 0;
}

void keymill_watch(struct keymill *m, void (*progress)(size_t made, size_t all))
{
	pthread_mutex_lock(&m->lock);
	m->progress = progress;
	if (progress && m->n)
		progress(m->made, m->n);
	pthread_mutex_unlock(&m->lock);
}

int keymill_wait(struct keymill *m, struct error *err)
{
	if (m->n_threads == 0)
		work(m); /* not one thread could be started: here and now, then */
	join(m);
	if (m->failed)
		*err = m->err;
	return m->failed ? -1 : 0;
}

void keymill_free(struct keymill *m)
{
	if (!m)
		return;
	pthread_mutex_lock(&m->lock);
	m->stop = true;
	pthread_mutex_unlock(&m->lock);
	join(m);
	pthread_mutex_destroy(&m->lock);
	free(m->orders);
	free(m);
}
