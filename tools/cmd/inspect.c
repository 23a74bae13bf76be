// SPDX-License-Identifier: MIT
// inspect: what any certificate, key, CSR or kubeconfig says, as JSON; and whether a chain or a
// pair holds.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/inspect.h"
#include "cmd/passphrase.h"
#include "pki/der.h"
#include "pki/pem.h"

static const struct common_help help = {
	.usage = "inspect FILE... [option...]",
	.summary =
		"Says what certificates, keys, requests and kubeconfigs hold: one JSON object for "
		"each\n"
		"(for each block of a PEM file), a line each. - is standard input. No private key\n"
		"is ever shown.",
	.exit_codes =
		"  0   everything could be read and everything asked holds\n"
		"  1   something is damaged or does not hold; the reason is on standard error\n"
		"  64  wrong usage\n",
	.example = "certrescue inspect apiserver.crt --chain ca.crt --purpose server --name cp-1",
};

struct flags {
	const char *purpose, *pair, *passphrase_file;
	struct args_list chain, untrusted, names;
};

/* --- certificates for --chain and --untrusted ----------------------------------------------- */

static int add_cert(struct inspect_certs *to, struct bytes der, struct error *err)
{
	struct cert probe;
	if (cert_parse(&probe, der, err))
		return -1;
	for (size_t i = 0; i < to->n; i++)
		if (bytes_equal(to->certs[i].raw, der))
			return 0; /* bundles hold one twice: Go's pools count it once too */
	to->ders = xrealloc(to->ders, (to->n + 1) * sizeof(*to->ders));
	to->certs = xrealloc(to->certs, (to->n + 1) * sizeof(*to->certs));
	to->ders[to->n] = (struct buf)BUF_INIT;
	buf_add(&to->ders[to->n], der.p, der.n);
	cert_parse(&to->certs[to->n], buf_bytes(&to->ders[to->n]), err);
	to->n++;
	return 0;
}

/* One behind the other, or (first) only the first; line ends and zeros may follow. */
static int add_ders(struct inspect_certs *to, struct bytes text, bool first, struct error *err)
{
	struct der d = der_reader(text, NULL);
	struct der_tlv t;
	while (der_is(&d, DER_SEQUENCE)) {
		if (der_any(&d, "", &t) < 0)
			return add_cert(to, d.in, err); /* says what is wrong */
		if (add_cert(to, t.raw, err))
			return -1;
		if (first)
			return 0;
	}
	return 0;
}

int inspect_add_certs(struct inspect_certs *to, struct bytes text, struct error *err)
{
	struct pem_block b = {.begin = 0};
	struct error e = ERROR_INIT;
	size_t at = 0, before = to->n;
	int rc, bad = 0;
	if (text.n && text.p[0] == 0x30)
		return add_ders(to, text, false, err);
	while (bad < INSPECT_DAMAGED_MAX && (rc = pem_next(text, &at, &b, &e)) != 0) {
		bool trusted = rc > 0 && bytes_is(b.label, "TRUSTED CERTIFICATE");
		bool cert = rc > 0 && (trusted || bytes_is(b.label, "CERTIFICATE") ||
					      bytes_is(b.label, "X509 CERTIFICATE"));
		if ((rc < 0 || (cert && add_ders(to, buf_bytes(&b.der), trusted, &e))) && !bad++)
			*err = e;
	}
	pem_block_free(&b);
	if (bad)
		return -1;
	return to->n > before ? 0
			      : error_set(err, ERR_FAILED, NULL, NULL, "no certificate is in it");
}

void inspect_certs_free(struct inspect_certs *c)
{
	for (size_t i = 0; i < c->n; i++)
		buf_free(&c->ders[i]);
	free(c->ders);
	free(c->certs);
	*c = (struct inspect_certs){.n = 0};
}

/* --- files ---------------------------------------------------------------------------------- */

static size_t room(int fd)
{
	struct stat st;
	/* Locked memory is dear where hundreds of files are named; /proc says 0 of what is not. */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
		st.st_size > INSPECT_FILE_MAX)
		return INSPECT_FILE_MAX + 1;
	return (size_t)st.st_size + 1;
}

/* Anything that can be read to its end, pipes too: the user named it. Held as a secret: keys. */
static int slurp(struct secret *out, const char *path, struct error *err)
{
	bool in = strcmp(path, "-") == 0;
	int fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return error_errno(err, path, NULL, "cannot be opened");
	secret_alloc(out, room(fd));
	int rc = 0;
	ssize_t got = 1;
	while (got != 0 && out->n < out->cap && rc == 0) {
		got = read(fd, out->p + out->n, out->cap - out->n);
		if (got > 0)
			out->n += (size_t)got;
		else if (got < 0 && errno != EINTR)
			rc = error_errno(err, path, NULL, "cannot be read");
	}
	if (rc == 0 && out->n > INSPECT_FILE_MAX)
		rc = error_set(err, ERR_FAILED, path, NULL, "is longer than %d MiB",
			INSPECT_FILE_MAX >> 20);
	else if (rc == 0 && out->n == out->cap)
		rc = error_set(err, ERR_FAILED, path, "try again", "grew while it was read");
	if (!in)
		close(fd);
	return rc;
}

static void unwrap(struct secret *text)
{
	struct secret plain = SECRET_INIT;
	for (int i = 0; i < INSPECT_WRAPPINGS_MAX && inspect_unwrap(secret_bytes(text), &plain);
		i++) {
		secret_free(text);
		*text = plain;
		plain = (struct secret)SECRET_INIT;
	}
	secret_free(&plain);
}

static int load_certs(struct inspect_certs *to, const struct args_list *files, struct error *err)
{
	int rc = 0;
	for (size_t i = 0; i < files->n && rc == 0; i++) {
		struct secret text = SECRET_INIT;
		rc = slurp(&text, files->v[i], err);
		unwrap(&text);
		if (rc == 0 && inspect_add_certs(to, secret_bytes(&text), err))
			rc = error_set(err, ERR_FAILED, files->v[i], NULL, "%s", err->what);
		secret_free(&text);
	}
	return rc;
}

static int load_pair(struct inspect *a, const char *path, struct error *err)
{
	struct secret text = SECRET_INIT;
	int rc = slurp(&text, path, err);
	unwrap(&text);
	if (rc == 0 && key_import_leaf(&a->pair_key, secret_bytes(&text),
			       a->open ? &a->passphrase : NULL, err))
		rc = error_set(err, ERR_FAILED, path,
			err->os == EACCES ? "give its passphrase with --passphrase-file" : NULL,
			"%s", err->what);
	secret_free(&text);
	a->pair = true;
	return rc;
}

/* --- flags ---------------------------------------------------------------------------------- */

static int check_flags(
	const struct flags *f, const struct args_list *files, unsigned *purpose, struct error *err)
{
	static const struct {
		const char *name;
		unsigned bit;
	} purposes[] = {{"any", EKU_ANY}, {"server", EKU_SERVER}, {"client", EKU_CLIENT}};
	*purpose = f->purpose ? 0 : EKU_ANY;
	for (size_t i = 0; f->purpose && i < 3; i++)
		if (strcmp(f->purpose, purposes[i].name) == 0)
			*purpose = purposes[i].bit;
	if (files->n == 0)
		return error_set(err, ERR_USAGE, NULL, "name at least one file",
			"nothing to inspect was given");
	if (!*purpose)
		return error_set(err, ERR_USAGE, NULL, "--purpose takes server, client or any",
			"purpose: no such value: %s", f->purpose);
	if ((f->names.n || f->purpose || f->untrusted.n) && !f->chain.n)
		return error_set(err, ERR_USAGE, NULL, "give the trusted CA with --chain CA.pem",
			"--name, --purpose and --untrusted ask about a chain");
	return 0;
}

static int load(struct inspect *a, const struct flags *f, struct error *err)
{
	a->names = f->names;
	a->chain = f->chain.n > 0;
	if (f->passphrase_file && passphrase_from_file(&a->passphrase, f->passphrase_file, err))
		return -1;
	a->open = f->passphrase_file != NULL;
	if (load_certs(&a->roots, &f->chain, err) || load_certs(&a->untrusted, &f->untrusted, err))
		return -1;
	return f->pair ? load_pair(a, f->pair, err) : 0;
}

static int show_all(const struct inspect *a, const struct args_list *files, bool quiet)
{
	int code = 0;
	for (size_t i = 0; i < files->n; i++) {
		struct secret text = SECRET_INIT;
		struct buf out = BUF_INIT;
		struct error err = ERROR_INIT;
		const char *path = files->v[i];
		int rc = slurp(&text, path, &err);
		if (rc == 0) {
			rc = inspect_show(&out, a, path, secret_bytes(&text), &err);
		} else {
			struct json j = JSON_INIT(&out);
			json_object(&j);
			json_put(&j, "path", path);
			json_put(&j, "kind", NULL);
			json_put_bool(&j, "ok", false);
			json_put(&j, "error", err.what);
			json_end(&j, '}');
			buf_str(&out, "\n");
		}
		if (!quiet && common_print(&out))
			code = ERR_FAILED;
		if (rc) {
			common_fail(&err);
			code = ERR_FAILED;
		}
		secret_free(&text);
		buf_free(&out);
	}
	return code;
}

int cmd_inspect(int argc, char **argv)
{
	struct common c = COMMON_INIT;
	struct flags f = {.purpose = NULL};
	struct inspect a = {.pair_key = KEY_INIT, .passphrase = SECRET_INIT};
	struct args_option own[] = {
		{"chain", ARGS_LISTED, &f.chain, "FILE", "verify under the CAs in FILE"},
		{"untrusted", ARGS_LISTED, &f.untrusted, "FILE", "intermediates for --chain"},
		{"purpose", ARGS_TEXT, &f.purpose, "PURPOSE", "server, client or any (default)"},
		{"name", ARGS_LISTED, &f.names, "NAME",
			"host name or address it must carry; repeatable"},
		{"pair", ARGS_TEXT, &f.pair, "FILE", "is FILE its private key?"},
		{"passphrase-file", ARGS_TEXT, &f.passphrase_file, "FILE", "opens encrypted keys"},
		{.name = NULL},
	};
	struct args_list files;
	struct error err = ERROR_INIT;
	int rc = common_parse(&c, argc, argv, own, &files, ARGS_LIST, &help);
	if (rc >= 0)
		return rc;
	a.now = c.now;
	if (check_flags(&f, &files, &a.purpose, &err) || load(&a, &f, &err))
		rc = common_fail(&err);
	else
		rc = show_all(&a, &files, c.quiet);
	inspect_certs_free(&a.roots);
	inspect_certs_free(&a.untrusted);
	key_free(&a.pair_key);
	secret_free(&a.passphrase);
	return rc;
}
