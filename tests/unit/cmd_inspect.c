// SPDX-License-Identifier: MIT
// inspect: an object for each thing in an input, and a reason for each thing that does not hold.
#include "cmd/inspect.h"
#include "inv.h"

static struct buf out;
static struct error err;

static int show(const struct inspect *asked, const char *name)
{
	struct buf text = load(name);
	buf_free(&out);
	err = (struct error)ERROR_INIT;
	int rc = inspect_show(&out, asked, name, buf_bytes(&text), &err);
	buf_wipe(&text);
	return rc;
}

static void kinds(void)
{
	struct inspect none = {.purpose = EKU_ANY};
	is_int(show(&none, "api.crt"), 0, "a certificate");
	has_str(buf_text(&out), "\"sans\":[\"cp-1\",\"10.0.0.1\"]", "names as certinfo shows them");
	has_str(buf_text(&out),
		"\"issuer\":{\"common_name\":\"kubernetes\",\"names\":[\"kubernetes\"]}",
		"issuer as certinfo shows it");
	is_int(show(&none, "api.csr"), 0, "a request");
	has_str(buf_text(&out),
		"\"kind\":\"csr\",\"block\":0,\"ok\":true,\"subject\":{\"common_name\":"
		"\"kube-apiserver\"",
		"who asks");
	sh("openssl req -new -key api.key -subj /CN=x -addext subjectAltName=DNS:a,IP:::1 -outform "
	   "DER -out san.csr");
	is_int(show(&none, "san.csr"), 0, "a DER request with names");
	has_str(buf_text(&out), "\"sans\":[\"a\",\"::1\"]", "its names");
	sh("openssl ec -in api.key -pubout -out pub; cat api.crt ca.crt api.key pub >all");
	is_int(show(&none, "all"), 0, "four blocks");
	size_t lines = 0;
	for (size_t i = 0; i < out.n; i++)
		lines += out.p[i] == '\n';
	is_int((long long)lines, 4, "four objects");
	ok(!strstr(buf_text(&out), "PRIVATE"), "no private key is shown");
}

static void damage(void)
{
	struct inspect none = {.purpose = EKU_ANY};
	sh("head -c 300 api.crt >cut; echo hello >text; : >empty; head -c 40 /dev/urandom >noise;"
	   "printf '0' >zero; { head -c 300 api.crt; echo; cat ca.crt; } >both");
	ok(show(&none, "cut") < 0 && strstr(buf_text(&out), "\"kind\":\"certificate\""),
		"a truncated certificate is one");
	ok(show(&none, "both") < 0, "a damaged block among good ones");
	has_str(buf_text(&out), "\"ok\":true", "the good one is shown");
	ok(show(&none, "text") < 0 && strstr(buf_text(&out), "\"kind\":null"), "text is nothing");
	ok(show(&none, "empty") < 0 && strstr(err.what, "empty"), "an empty file");
	ok(show(&none, "noise") < 0, "noise");
	ok(show(&none, "zero") < 0, "one byte of DER");
	for (size_t n = 1; n < 200; n += 7) {
		struct buf der = load("san.csr");
		der.n = der.n > n ? der.n - n : 0;
		buf_free(&out);
		if (inspect_show(&out, &none, "x", buf_bytes(&der), &err) == 0)
			ok(false, "a request cut by %zu bytes is refused", n);
		buf_free(&der);
	}
}

static void questions(void)
{
	struct inspect ask = {.purpose = EKU_SERVER, .now = INV_NOW, .chain = true};
	struct buf ca = load("ca.crt");
	inspect_add_certs(&ask.roots, buf_bytes(&ca), &err);
	is_int(show(&ask, "api.crt"), 0, "a chain that holds");
	has_str(buf_text(&out), "\"chain\":{\"ok\":true,\"error\":null}", "says so");
	ask.names.v[0] = "cp-9";
	ask.names.n = 1;
	ok(show(&ask, "api.crt") < 0 && strstr(buf_text(&out), "\"chain\":{\"ok\":false"),
		"a name that it does not carry");
	ask.names.n = 0;
	ask.purpose = EKU_CLIENT;
	ok(show(&ask, "api.crt") < 0, "a purpose that it does not have");
	ok(show(&ask, "admin.crt") < 0 && strstr(err.what, "expired"), "expired");
	ok(show(&ask, "hook.crt") < 0, "another CA's");
	ok(show(&ask, "api.key") < 0 && strstr(err.what, "no certificate"), "a key has no chain");
	struct inspect pair = {.purpose = EKU_ANY, .pair = true, .pair_key = KEY_INIT};
	load_key("api.key", &pair.pair_key);
	is_int(show(&pair, "api.crt"), 0, "a pair");
	ok(show(&pair, "ca.crt") < 0 && strstr(buf_text(&out), "\"pair\":false"), "no pair");
	is_int(show(&pair, "api.csr"), 0, "a request and its key");
	key_free(&pair.pair_key);
	inspect_certs_free(&ask.roots);
	buf_free(&ca);
}

static void keys(void)
{
	struct inspect ask = {.purpose = EKU_ANY};
	sh("openssl pkcs8 -topk8 -in api.key -v2 aes-256-cbc -passout pass:good -out enc.key");
	is_int(show(&ask, "enc.key"), 0, "an encrypted key that nobody asked to open");
	has_str(buf_text(&out), "\"encrypted\":true", "says that it is");
	ask.open = true;
	secret_set(&ask.passphrase, "good", 4);
	is_int(show(&ask, "enc.key"), 0, "the passphrase opens it");
	has_str(buf_text(&out), "\"key\":\"ECDSA-P256\",\"form\":\"pkcs8\"", "what it is");
	secret_set(&ask.passphrase, "evil", 4);
	ok(show(&ask, "enc.key") < 0 && strstr(err.what, "passphrase is wrong"), "a wrong one");
	secret_free(&ask.passphrase);
}

int main(void)
{
	make_dir();
	if (!ok(inv_fixtures(), "openssl makes certificates"))
		return done();
	kinds();
	damage();
	questions();
	keys();
	buf_free(&out);
	return done();
}
