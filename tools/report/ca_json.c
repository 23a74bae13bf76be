// SPDX-License-Identifier: MIT
// ca_json: the CAs of a directory for machines.
#include "base/json.h"
#include "report/ca.h"

static void put_name(struct json *j, const char *key, struct bytes name)
{
	struct buf text = BUF_INIT;
	cert_name_text(&text, name);
	json_key(j, key);
	json_bytes(j, buf_bytes(&text));
	buf_free(&text);
}

static void put_key_id(struct json *j, struct bytes id)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < id.n; i++)
		buf_printf(&text, "%s%02X", i ? ":" : "", id.p[i]);
	json_put(j, "key_id", id.n ? buf_text(&text) : NULL);
	buf_free(&text);
}

static void put_serial(struct json *j, const struct cert *c)
{
	struct buf text = BUF_INIT;
	cert_serial_decimal(&text, c->serial);
	json_put(j, "serial_number", buf_text(&text));
	buf_free(&text);
}

static void put_private_key(struct json *j, const struct authorities *a, size_t i)
{
	struct ca_key_view k;
	report_ca_key(&k, a, i);
	json_key(j, "private_key");
	json_object(j);
	json_put(j, "path", authority_key_path(a, i));
	json_put(j, "state", k.state);
	json_put(j, "scheme", k.encrypted ? k.scheme : NULL);
	json_key(j, "rounds");
	if (k.rounds >= 0)
		json_int(j, k.rounds);
	else
		json_null(j);
	json_key(j, "pair");
	if (k.pair >= 0)
		json_bool(j, k.pair);
	else
		json_null(j);
	json_end(j, '}');
}

static void put_times(struct json *j, const struct cert *c)
{
	put_serial(j, c);
	json_put_time(j, "not_before", c->not_before);
	json_put_time(j, "not_after", c->not_after);
}

static void put_older(struct json *j, const struct authorities *a, size_t i)
{
	json_key(j, "older");
	json_array(j);
	for (size_t n = 0; n < a->v[i].n_older; n++) {
		const struct pile_cert *c = &a->pile->certs[a->v[i].older[n]];
		json_object(j);
		json_put(j, "path", a->pile->files[c->file].path);
		put_times(j, &c->cert);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void put_ca(struct json *j, const struct ca_view *v, size_t i)
{
	const struct authorities *a = v->cas;
	const struct cert *c = authority_cert(a, i);
	struct buf text = BUF_INIT;
	char hex[2 * SHA256_SIZE + 1];
	json_object(j);
	json_put(j, "role", authority_role_text(a->v[i].role));
	json_put(j, "path", authority_cert_path(a, i));
	json_put(j, "state", authority_state_text(authority_state(a, i, v->now, v->within)));
	put_name(j, "subject", c->subject);
	put_name(j, "issuer", c->issuer);
	json_put_bool(j, "self_signed", a->v[i].self_signed);
	authority_key_kind(&text, c);
	json_put(j, "key", buf_text(&text));
	put_key_id(j, c->ski);
	put_times(j, c);
	json_put_int(j, "seconds_left", c->not_after - v->now);
	sha256_hex(c->raw, hex);
	json_put(j, "sha256", hex);
	put_private_key(j, a, i);
	put_older(j, a, i);
	json_end(j, '}');
	buf_free(&text);
}

void report_ca_json(struct buf *out, const struct ca_view *v)
{
	struct json j = JSON_INIT(out);
	json_object(&j);
	json_put_int(&j, "version", 1);
	json_put(&j, "path", v->cas->pile->path);
	json_put_time(&j, "now", v->now);
	json_key(&j, "cas");
	json_array(&j);
	for (size_t i = 0; i < v->cas->n; i++)
		put_ca(&j, v, i);
	json_end(&j, ']');
	json_key(&j, "findings");
	json_array(&j);
	for (size_t i = 0; i < v->findings->n; i++) {
		const struct authority_finding *f = &v->findings->v[i];
		json_object(&j);
		json_put(&j, "path", f->path);
		json_put(&j, "code", f->code);
		json_put(&j, "text", f->text);
		json_put(&j, "remedy", f->remedy);
		json_put_bool(&j, "wrong", f->wrong);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	json_end(&j, '}');
	buf_str(out, "\n");
}
