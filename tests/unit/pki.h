/* SPDX-License-Identifier: MIT */
/*
 * pki: what the tests of tools/pki share: a directory for fixtures that openssl makes, files, and
 * hex.
 */
#ifndef TESTS_PKI_H
#define TESTS_PKI_H

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/secret.h"
#include "pki/cert.h"
#include "pki/key.h"
#include "pki/pem.h"
#include "tap.h"

static char dir[64];

static inline void remove_dir(void)
{
	char *cmd = xasprintf("rm -rf %s", dir);
	if (system(cmd))
		diag("%s stays", dir);
	free(cmd);
}

static inline void make_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/certrescue-test-XXXXXX");
	if (!mkdtemp(dir))
		exit(99);
	atexit(remove_dir);
}

/*
 * openssl's arguments for a version 1 certificate without extensions: since OpenSSL 3.2 `x509 -req`
 * makes version 3 with key identifiers; `req -x509` makes version 1 with a configuration that names
 * no extensions, since 3.3 with -x509v1.
 */
#define OPENSSL_V1                                                                                 \
	"openssl req -x509 -config v1.cnf "                                                        \
	"$(openssl req -help 2>&1 | sed -n 's/^ *\\(-x509v1\\) .*/\\1/p') "
#define OPENSSL_V1_CNF "printf '[req]\\ndistinguished_name=dn\\n[dn]\\n' >v1.cnf\n"

/* Runs a shell script in the directory; false if it fails. */
static inline bool __attribute__((format(printf, 1, 2))) sh(const char *fmt, ...)
{
	char script[8192];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(script, sizeof(script), fmt, ap);
	va_end(ap);
	char *cmd =
		xasprintf("cd %s || exit 1\nexec >log 2>&1 </dev/null\nset -e\n%s\n", dir, script);
	int rc = system(cmd);
	free(cmd);
	if (rc) {
		diag("failed: %s", script);
		cmd = xasprintf("sed 's/^/# /' %s/log", dir);
		if (system(cmd))
			diag("no log");
		free(cmd);
	}
	return rc == 0;
}

/* A whole file of the directory; ends the test if it is not there. */
static inline struct buf load(const char *name)
{
	struct buf b = BUF_INIT;
	char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	size_t n;
	if (!f) {
		printf("Bail out! %s is missing\n", path);
		exit(99);
	}
	while ((n = fread(buf_room(&b, 4096), 1, 4096, f)) > 0)
		b.n += n;
	fclose(f);
	free(path);
	return b;
}

static inline void save(const char *name, struct bytes data)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(data.p, 1, data.n, f) != data.n || fclose(f))
		exit(99);
	free(path);
}

/* The DER of the first PEM block of a file. */
static inline struct buf load_der(const char *name)
{
	struct buf text = load(name), der = BUF_INIT;
	struct pem_block block = {0};
	struct error err = ERROR_INIT;
	size_t at = 0;
	if (pem_next(buf_bytes(&text), &at, &block, &err) != 1) {
		printf("Bail out! %s holds no PEM: %s\n", name, err.what);
		exit(99);
	}
	buf_add(&der, block.der.p, block.der.n);
	pem_block_free(&block);
	buf_free(&text);
	return der;
}

/* A certificate that is expected to parse; der owns the bytes. */
static inline struct cert load_cert(const char *name, struct buf *der)
{
	struct cert c;
	struct error err = ERROR_INIT;
	*der = load_der(name);
	if (cert_parse(&c, buf_bytes(der), &err) < 0) {
		printf("Bail out! %s: %s\n", name, err.what);
		exit(99);
	}
	return c;
}

static inline void load_key(const char *name, struct key *k)
{
	struct buf text = load(name);
	struct error err = ERROR_INIT;
	if (key_import(k, buf_bytes(&text), NULL, &err) < 0) {
		printf("Bail out! %s: %s\n", name, err.what);
		exit(99);
	}
	buf_wipe(&text);
}

#endif
