/* SPDX-License-Identifier: MIT */
/* pkcs12: what the tests of PKCS#12 have in common: openssl's fixtures, and what is expected. */
#ifndef TESTS_PKCS12_H
#define TESTS_PKCS12_H

#include <errno.h>

#include "pki.h"
#include "pki/pkcs12_bags.h"

static inline int read_bytes(
	struct pkcs12 *p, struct bytes file, const char *pass, struct error *err)
{
	struct secret s = SECRET_INIT;
	*err = (struct error)ERROR_INIT;
	if (pass)
		secret_set(&s, pass, strlen(pass));
	int rc = pkcs12_read(p, file, pass ? &s : NULL, err);
	secret_free(&s);
	return rc;
}

/* Is it the certificate, and the key, of these two PEM files? */
static inline bool holds(const struct pkcs12 *p, const char *cert, const char *key)
{
	struct buf der = load_der(cert);
	struct key want = KEY_INIT, got = KEY_INIT;
	struct error err = ERROR_INIT;
	bool found_cert = false, found_key = false;
	load_key(key, &want);
	for (size_t i = 0; i < p->n_certs; i++)
		found_cert |= bytes_equal(buf_bytes(&p->certs[i].der), buf_bytes(&der));
	for (size_t i = 0; i < p->n_keys; i++)
		found_key |= key_import(&got, secret_bytes(&p->keys[i].der), NULL, &err) == 0 &&
			     bytes_equal(secret_bytes(&got.der), secret_bytes(&want.der));
	buf_free(&der);
	key_free(&want);
	key_free(&got);
	return found_cert && found_key;
}

static inline void refuses_bytes(
	struct bytes file, const char *pass, int os, const char *reason, const char *what)
{
	struct pkcs12 p = PKCS12_INIT;
	struct error err;
	int rc = read_bytes(&p, file, pass, &err);
	if (!ok(rc < 0 && err.os == os && strstr(err.what, reason) && !p.certs && !p.keys,
		    "refused: %s: %s", what, err.what))
		diag("got errno %d, want %d; want ...%s...", err.os, os, reason);
	if (rc < 0 && os == ENOTSUP)
		ok(err.todo[0], "with a remedy: %s", err.todo);
	pkcs12_free(&p);
}

static inline void refuses(const char *name, const char *pass, int os, const char *reason)
{
	struct buf file = load(name);
	refuses_bytes(buf_bytes(&file), pass, os, reason, name);
	buf_free(&file);
}

#define EXPORT "openssl pkcs12 -export -in ca.crt -inkey ca.key -passout pass:secret "

static inline void fixtures(void)
{
	if (!sh("openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj /CN=kubernetes "
		"-out ca.crt -days 9\n"
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
		"ec.key -subj /CN=etcd-ca -out ec.crt -days 9\n"
		"cat ca.crt ec.crt >both.crt"))
		bail("openssl makes no certificates");
}

#endif
