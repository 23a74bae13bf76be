// SPDX-License-Identifier: MIT
// inspect: takes off what texts get wrapped in: Windows' UTF-16, base64, one line for all of a PEM.
#include <string.h>

#include "cmd/inspect.h"
#include "pki/pem.h"

/* PEM and kubeconfigs that matter are ASCII: what is not becomes a question mark. */
static bool from_utf16(struct bytes text, struct secret *out)
{
	bool little = text.n >= 2 && text.p[0] == 0xff && text.p[1] == 0xfe;
	bool big = text.n >= 2 && text.p[0] == 0xfe && text.p[1] == 0xff;
	if (!little && !big)
		return false;
	secret_alloc(out, text.n / 2);
	for (size_t i = 2; i + 1 < text.n; i += 2) {
		uint8_t low = text.p[little ? i : i + 1], high = text.p[little ? i + 1 : i];
		out->p[out->n++] = high || low > 0x7e ? '?' : low;
	}
	return true;
}

static bool has(struct bytes text, const char *what)
{
	return bytes_find(text, what) != SIZE_MAX;
}

/* As `kubectl get csr -o jsonpath=...` and the data of secrets have it. */
static bool from_base64(struct bytes text, struct secret *out)
{
	struct buf plain = BUF_INIT;
	struct error ignored = ERROR_INIT;
	bool good = text.n >= 64 && base64_decode(&plain, text, &ignored) == 0 && plain.n > 1 &&
		    (plain.p[0] == 0x30 || has(buf_bytes(&plain), "-----BEGIN "));
	if (good)
		secret_set(out, plain.p, plain.n);
	buf_wipe(&plain);
	return good;
}

static bool at_text(struct bytes text, size_t at, const char *what)
{
	size_t n = strlen(what);
	return text.n - at >= n && memcmp(text.p + at, what, n) == 0;
}

#define FRAME_MAX 80 /* longer than any label that is in use */

/* The length of the "-----BEGIN x-----" or END frame at this place, 0 if there is none. */
static size_t frame(struct bytes text, size_t at)
{
	if (!at_text(text, at, "-----BEGIN ") && !at_text(text, at, "-----END "))
		return 0;
	struct bytes rest = {text.p + at + 5, text.n - at - 5};
	if (rest.n > FRAME_MAX)
		rest.n = FRAME_MAX;
	size_t end = bytes_find(rest, "-----");
	return end == SIZE_MAX || memchr(rest.p, '\n', end) ? 0 : end + 10;
}

/*
 * Puts the frames of PEM blocks on lines of their own and makes line ends of \n and \r: JSON (as
 * cfssl prints it) and variables of a shell.
 */
static bool from_one_line(struct bytes text, struct secret *out)
{
	bool any = false;
	secret_alloc(out, 2 * text.n + 2);
	for (size_t i = 0, n; i < text.n; i += n) {
		n = frame(text, i);
		if (n) {
			out->p[out->n++] = '\n';
			memcpy(out->p + out->n, text.p + i, n);
			out->n += n;
			out->p[out->n++] = '\n';
			any = true;
		} else if (at_text(text, i, "\\n") || at_text(text, i, "\\r")) {
			out->p[out->n++] = '\n';
			n = 2;
		} else {
			out->p[out->n++] = text.p[i];
			n = 1;
		}
	}
	return any && !bytes_equal(secret_bytes(out), text);
}

/* Is there a block that can be read as it is? */
static bool readable(struct bytes text)
{
	struct pem_block b = {.begin = 0};
	struct error ignored = ERROR_INIT;
	size_t at = 0;
	int rc, bad = 0;
	while ((rc = pem_next(text, &at, &b, &ignored)) < 0 && ++bad < INSPECT_DAMAGED_MAX)
		;
	pem_block_free(&b);
	return rc > 0;
}

bool inspect_unwrap(struct bytes text, struct secret *out)
{
	if (from_utf16(text, out))
		return true;
	if (has(text, "-----BEGIN "))
		return !readable(text) && from_one_line(text, out) && readable(secret_bytes(out));
	return from_base64(text, out);
}
