// SPDX-License-Identifier: MIT
// ca_ask: the passphrases of CA keys, from files or a terminal.
#include <unistd.h>

#include "cmd/ca.h"
#include "cmd/passphrase.h"

#define TRIES 3
#define PASSPHRASE_SHORT 12

bool ca_interactive(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static int unlock_once(struct pile *p, const char *file, struct error *err)
{
	struct secret passphrase = SECRET_INIT;
	size_t locked = pile_locked(p);
	int rc = file ? passphrase_from_file(&passphrase, file, err)
		      : passphrase_ask(&passphrase, "Passphrase of the CA's key: ", err);
	if (rc == 0 && pile_unlock(p, &passphrase) == locked && !file)
		ca_warn(NULL, "try again", "the passphrase does not open the key");
	secret_free(&passphrase);
	return rc;
}

int ca_unlock(struct pile *p, const char *file, struct error *err)
{
	if (file)
		return pile_locked(p) ? unlock_once(p, file, err) : 0;
	for (int i = 0; i < TRIES && pile_locked(p) && ca_interactive(); i++)
		if (unlock_once(p, NULL, err))
			return -1;
	return 0;
}

static int ask_twice(struct secret *s, struct error *err)
{
	struct secret again = SECRET_INIT;
	int rc = secret_ask(s, "New passphrase for the CA's key: ", err);
	if (rc == 0 && s->n == 0)
		rc = error_set(err, ERR_FAILED, NULL, "type a passphrase of 12 characters or more",
			"the passphrase is empty");
	if (rc == 0)
		rc = secret_ask(&again, "The same again: ", err);
	if (rc == 0 && !bytes_equal(secret_bytes(s), secret_bytes(&again)))
		rc = error_set(err, ERR_FAILED, NULL, "start again",
			"the two passphrases are not the same");
	secret_free(&again);
	return rc;
}

int ca_new_passphrase(struct secret *s, const char *file, struct error *err)
{
	int rc = file ? secret_from_file(s, file, err) : ask_twice(s, err);
	if (rc == 0 && s->n < PASSPHRASE_SHORT)
		ca_warn(file, "take one of 12 characters or more",
			"the passphrase is short: who has the file can try them all");
	if (rc)
		secret_free(s);
	return rc;
}
