// SPDX-License-Identifier: MIT
// A renewed certificate is the old one but for serial, validity, issuer key id and key.
#include "base/clock.h"
#include "pki.h"
#include "pki/chain.h"
#include "pki/issue.h"
#include "pki/lint.h"
#include "pki/opinion.h"

#define NOW 1800000000 /* 2027-01-15 */

static const char leaf_ext[] =
	"printf '%s\\n' 'keyUsage=critical,digitalSignature,keyEncipherment' "
	"'extendedKeyUsage=serverAuth' 'basicConstraints=critical,CA:FALSE' "
	"'authorityKeyIdentifier=keyid' "
	"'subjectAltName=DNS:cp-1,DNS:kubernetes,IP:10.96.0.1' > leaf.ext\n"
	"printf '%s\\n' 'subjectKeyIdentifier=hash' '1.2.3.4=ASN1:UTF8String:x' "
	"'authorityKeyIdentifier=keyid,issuer:always' 'extendedKeyUsage=critical,clientAuth' > "
	"odd.ext\n";

static void make_fixtures(void)
{
	ok(sh("%s"
	      "for ca in rsa ec; do\n"
	      "  if [ $ca = rsa ]; then openssl genrsa -out $ca-ca.key 2048; else openssl ecparam "
	      "-name secp384r1 -genkey -noout -out $ca-ca.key; fi\n"
	      "  openssl req -x509 -key $ca-ca.key -subj /CN=kubernetes -days 20000 -out "
	      "$ca-ca.pem "
	      "-addext keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign\n"
	      "done\n"
	      "openssl genrsa -out rsa.key 2048; openssl ecparam -name prime256v1 -genkey -noout "
	      "-out ec.key\n"
	      "for k in rsa ec; do for ca in rsa ec; do\n"
	      "  openssl req -new -key $k.key -subj '/O=a+O=b/CN=kube-apiserver' | openssl x509 "
	      "-req "
	      "-CA $ca-ca.pem -CAkey $ca-ca.key -extfile leaf.ext -days 1 -out $k-by-$ca.pem\n"
	      "done; done\n"
	      "openssl req -new -key ec.key -subj /CN=odd | openssl x509 -req -CA ec-ca.pem -CAkey "
	      "ec-ca.key -extfile odd.ext -days 1 -out odd.pem\n" OPENSSL_V1_CNF OPENSSL_V1
	      "-key ec.key -subj /CN=v1 -CA ec-ca.pem -CAkey ec-ca.key "
	      "-days 1 -out v1.pem\n"
	      "openssl genpkey -algorithm ed25519 -out ed.key\n"
	      "openssl req -new -key ed.key -subj /CN=ed | openssl x509 -req -CA ec-ca.pem -CAkey "
	      "ec-ca.key -extfile leaf.ext -days 1 -out ed.pem\n"
	      "openssl req -x509 -key rsa.key -subj /CN=crit -addext basicConstraints=CA:FALSE "
	      "-addext 1.2.3.4=critical,ASN1:NULL -out crit.pem\n"
	      "openssl req -x509 -key rsa.key -subj /CN=ks -addext basicConstraints=CA:FALSE "
	      "-addext keyUsage=keyCertSign -out certsign.pem",
		   leaf_ext),
		"openssl makes the old certificates");
}

/* What one case works with. */
struct fixture {
	struct buf old_der, ca_der;
	struct cert old, ca;
	struct key ca_key;
	struct issue what;
};

static void start(struct fixture *f, const char *old, const char *ca, const char *ca_key)
{
	*f = (struct fixture){.ca_key = KEY_INIT};
	f->old = load_cert(old, &f->old_der);
	f->ca = load_cert(ca, &f->ca_der);
	load_key(ca_key, &f->ca_key);
	f->what = (struct issue){
		.old = &f->old,
		.ca = &f->ca,
		.not_before = NOW - 300,
		.not_after = NOW + 365 * CLOCK_DAY,
		.spki = f->old.spki,
		.sig = key_sig_alg(&f->ca_key),
	};
	issue_serial(f->what.serial);
}

static void stop(struct fixture *f)
{
	buf_free(&f->old_der);
	buf_free(&f->ca_der);
	key_free(&f->ca_key);
}

/* Makes the certificate; writes it to new.pem. */
static bool finish(struct fixture *f, bool ca, struct buf *der, struct cert *made)
{
	struct buf tbs = BUF_INIT, signature = BUF_INIT, pem = BUF_INIT;
	struct error err = ERROR_INIT;
	bool good = (ca ? issue_tbs_ca : issue_tbs)(&f->what, &tbs, &err) == 0 &&
		    key_sign(&f->ca_key, f->what.sig, buf_bytes(&tbs), &signature, &err) == 0 &&
		    issue_finish(buf_bytes(&tbs), buf_bytes(&signature), der, &err) == 0 &&
		    cert_parse(made, buf_bytes(der), &err) == 0;
	if (!good)
		diag("%s", err.what);
	pem_write(&pem, "CERTIFICATE", buf_bytes(der));
	save("new.pem", buf_bytes(&pem));
	buf_free(&tbs);
	buf_free(&signature);
	buf_free(&pem);
	return good;
}

/* The raw bytes of every extension but the key ids. */
static void plain_extensions(struct buf *out, const struct cert *c)
{
	struct bytes rest = c->extensions;
	struct cert_ext ext;
	while (cert_ext_next(&rest, &ext))
		if (!(ext.oid.n == 3 && (ext.oid.p[2] == 0x23 || ext.oid.p[2] == 0x0e)))
			buf_add(out, ext.raw.p, ext.raw.n);
}

static bool same_extensions(const struct cert *a, const struct cert *b)
{
	struct buf x = BUF_INIT, y = BUF_INIT;
	plain_extensions(&x, a);
	plain_extensions(&y, b);
	bool same = bytes_equal(buf_bytes(&x), buf_bytes(&y));
	buf_free(&x);
	buf_free(&y);
	return same;
}

static void judged(struct fixture *f, const struct cert *made, const char *name)
{
	struct error err = ERROR_INIT;
	struct chain_ask ask = {.now = NOW, .purpose = EKU_ANY, .roots = &f->ca, .n_roots = 1};
	ok(lint_cert(made, &err) == 0, "%s: lint takes it %s", name, err.what);
	ok(opinion_chain(made->raw, f->ca.raw, NOW, &err) == 0, "%s: mbedTLS takes it %s", name,
		err.what);
	ok(chain_verify(made, &ask, &err) == 0, "%s: our chain takes it %s", name, err.what);
	ok(chain_signed_by(made, &f->ca), "%s: signed by the CA", name);
	ok(opinion_chain(made->raw, f->ca.raw, f->what.not_after + 1, &err) < 0,
		"%s: mbedTLS refuses it after its end", name);
	ok(opinion_chain(made->raw, f->ca.raw, f->what.not_before - 1, &err) < 0,
		"%s: and before its beginning", name);
}

/* Clones old under ca with the key kept or a new one. */
static void clones(const char *leaf, const char *ca, bool new_key)
{
	struct fixture f;
	struct key k = KEY_INIT;
	struct buf der = BUF_INIT, text = BUF_INIT;
	struct error err = ERROR_INIT;
	struct cert made;
	char name[64], old[32], ca_pem[32], ca_key[32];
	snprintf(name, sizeof(name), "%s by %s, key %s", leaf, ca, new_key ? "new" : "kept");
	snprintf(old, sizeof(old), "%s-by-%s.pem", leaf, ca);
	snprintf(ca_pem, sizeof(ca_pem), "%s-ca.pem", ca);
	snprintf(ca_key, sizeof(ca_key), "%s-ca.key", ca);
	start(&f, old, ca_pem, ca_key);
	if (new_key && key_generate(&k, f.old.key, f.old.key_bits, &err) == 0)
		f.what.spki = buf_bytes(&k.spki);
	if (!ok(finish(&f, false, &der, &made), "%s: issued", name))
		return;
	ok(sh("openssl verify -attime %d -CAfile %s new.pem", NOW, ca_pem), "%s: openssl verifies",
		name);
	ok(bytes_equal(made.subject, f.old.subject), "%s: same subject bytes", name);
	ok(bytes_equal(made.issuer, f.ca.subject), "%s: issuer is the CA's subject bytes", name);
	ok(same_extensions(&made, &f.old), "%s: same extension bytes", name);
	ok(bytes_equal(made.aki, f.ca.ski), "%s: authority key id is the CA's", name);
	ok(!made.ski.p == !f.old.ski.p, "%s: a subject key id only where there was one", name);
	ok(made.not_before == f.what.not_before && made.not_after == f.what.not_after,
		"%s: the validity", name);
	ok(made.serial.n <= 20 && !bytes_equal(made.serial, f.old.serial), "%s: a new serial",
		name);
	judged(&f, &made, name);
	if (new_key) {
		key_write(&text, &k, KEY_FORM_TRADITIONAL);
		ok(opinion_pair(made.raw, buf_bytes(&text), &err) == 0 && key_matches(&k, &made),
			"%s: the pair matches", name);
		ok(opinion_pair(f.old.raw, buf_bytes(&text), &err) < 0,
			"%s: the old certificate does not match the new key", name);
	}
	buf_wipe(&text);
	buf_free(&der);
	key_free(&k);
	stop(&f);
}

static void odd_leaf(void)
{
	struct fixture f;
	struct buf der = BUF_INIT;
	struct key k = KEY_INIT;
	struct error err = ERROR_INIT;
	struct cert made;
	start(&f, "odd.pem", "ec-ca.pem", "ec-ca.key");
	ok(finish(&f, false, &der, &made), "odd leaf: issued");
	ok(same_extensions(&made, &f.old), "odd leaf: unknown extensions and critical EKU stay");
	ok(bytes_equal(made.ski, f.old.ski), "odd leaf: the key kept, the subject key id kept");
	der.n = 0;
	key_generate(&k, KEY_P256, 0, &err);
	f.what.spki = buf_bytes(&k.spki);
	ok(finish(&f, false, &der, &made), "odd leaf: issued with a new key");
	ok(made.ski.n == 20 && !bytes_equal(made.ski, f.old.ski), "odd leaf: a new subject key id");
	sh("openssl x509 -in new.pem -noout -pubkey | openssl pkey -pubin -outform DER -pubout | "
	   "tail -c 65 | openssl sha1 -binary > ski");
	struct buf ski = load("ski");
	ok(bytes_equal(made.ski, buf_bytes(&ski)), "odd leaf: it is the SHA-1 of the key's bits");
	ok(sh("openssl verify -attime %d -CAfile ec-ca.pem new.pem", NOW),
		"odd leaf: openssl verifies");
	f.ca.ski = (struct bytes){NULL, 0};
	der.n = 0;
	ok(finish(&f, false, &der, &made) && !made.aki.p,
		"odd leaf: without a subject key id in the CA the authority key id is dropped");
	buf_free(&ski);
	buf_free(&der);
	key_free(&k);
	stop(&f);
}

/* The CA that renews need not be the one that issued: the new name is that CA's, byte for byte. */
static void other_ca(void)
{
	struct fixture f;
	struct buf der = BUF_INIT;
	struct cert made;
	sh("openssl req -x509 -key ec-ca.key -subj /O=x/CN=other -days 20000 -out other-ca.pem "
	   "-addext keyUsage=critical,keyCertSign");
	start(&f, "rsa-by-rsa.pem", "other-ca.pem", "ec-ca.key");
	ok(finish(&f, false, &der, &made) && bytes_equal(made.issuer, f.ca.subject) &&
			!bytes_equal(made.issuer, f.old.issuer),
		"a leaf of another CA gets the new issuer's name");
	judged(&f, &made, "leaf of another CA");
	buf_free(&der);
	stop(&f);
}

static void bare_leaf(void)
{
	struct fixture f;
	struct buf der = BUF_INIT;
	struct cert made;
	start(&f, "v1.pem", "ec-ca.pem", "ec-ca.key");
	ok(finish(&f, false, &der, &made) && made.version == 1 && made.extensions.n == 0,
		"a version 1 leaf stays one, without extensions");
	ok(sh("openssl verify -attime %d -CAfile ec-ca.pem new.pem", NOW),
		"and openssl verifies it");
	buf_free(&der);
	stop(&f);
	start(&f, "ed.pem", "ec-ca.pem", "ec-ca.key");
	ok(finish(&f, false, &der, &made) && made.key == KEY_ED25519,
		"an Ed25519 leaf is renewed with its key kept");
	judged(&f, &made, "Ed25519 leaf");
	buf_free(&der);
	stop(&f);
}

static void late(void)
{
	static const struct {
		int64_t end;
		const char *text;
	} cases[] = {
		{2524607999, "Dec 31 23:59:59 2049 GMT"}, {2524608000, "Jan  1 00:00:00 2050 GMT"}};
	struct fixture f;
	for (int i = 0; i < 2; i++) {
		struct buf der = BUF_INIT;
		struct cert made;
		start(&f, "ec-by-ec.pem", "ec-ca.pem", "ec-ca.key");
		f.what.not_after = cases[i].end;
		ok(finish(&f, false, &der, &made) && made.not_after == cases[i].end, "until %s",
			cases[i].text);
		ok(sh("openssl x509 -in new.pem -noout -enddate | grep -q '%s'", cases[i].text),
			"as openssl reads it");
		ok(memmem(der.p, der.n,
			   i ? "\x18\x0f"
			       "2050"
			     : "\x17\x0d"
			       "4912",
			   6) != NULL,
			"UTCTime up to 2049, then GeneralizedTime");
		buf_free(&der);
		stop(&f);
	}
}

static void own_ca(const char *ca)
{
	struct fixture f;
	struct buf der = BUF_INIT;
	struct key k = KEY_INIT;
	struct error err = ERROR_INIT;
	struct cert made;
	char pem[32], key[32];
	snprintf(pem, sizeof(pem), "%s-ca.pem", ca);
	snprintf(key, sizeof(key), "%s-ca.key", ca);
	start(&f, pem, pem, key);
	ok(finish(&f, true, &der, &made), "%s CA: issued again", ca);
	ok(bytes_equal(made.subject, f.old.subject) && bytes_equal(made.issuer, f.old.subject),
		"%s CA: same subject bytes", ca);
	ok(bytes_equal(made.extensions, f.old.extensions), "%s CA: same extensions, same key id",
		ca);
	ok(sh("openssl verify -attime %d -CAfile new.pem ec-by-%s.pem || openssl verify "
	      "-no_check_time -CAfile new.pem ec-by-%s.pem",
		   NOW, ca, ca),
		"%s CA: an old leaf verifies under the new one", ca);
	ok(opinion_chain(made.raw, made.raw, NOW, &err) == 0, "%s CA: mbedTLS takes it %s", ca,
		err.what);
	struct buf broken = BUF_INIT;
	buf_add(&broken, der.p, der.n);
	broken.p[broken.n - 1] ^= 1;
	ok(opinion_chain(buf_bytes(&broken), buf_bytes(&broken), NOW, &err) < 0,
		"%s CA: with a wrong signature it does not", ca);
	key_generate(&k, KEY_P256, 0, &err);
	f.what.spki = buf_bytes(&k.spki);
	key_free(&f.ca_key);
	f.ca_key = k;
	f.what.sig = SIG_ECDSA_SHA256;
	der.n = 0;
	ok(finish(&f, true, &der, &made) && bytes_equal(made.ski, made.aki) &&
			!bytes_equal(made.ski, f.old.ski),
		"%s CA: with a new key both key ids are new", ca);
	ok(opinion_chain(made.raw, made.raw, NOW, &err) == 0, "%s CA: and it is good %s", ca,
		err.what);
	buf_free(&broken);
	buf_free(&der);
	stop(&f);
}

enum wrong { W_ORDER, W_CA_END, W_YEAR, W_SHA1, W_PSS, W_SERIAL0, W_SERIAL_TOP, W_SPKI, W_LAST };

static void refusals(void)
{
	static const char *const text[] = {"ends before it begins", "past the CA's end",
		"past 9999", "SHA-1", "RSA-PSS", "serial 0", "negative serial", "no public key"};
	struct error err;
	for (int w = 0; w < W_LAST; w++) {
		struct fixture f;
		struct buf tbs = BUF_INIT;
		start(&f, "ec-by-ec.pem", "ec-ca.pem", "ec-ca.key");
		if (w == W_ORDER)
			f.what.not_before = f.what.not_after;
		if (w == W_CA_END)
			f.what.not_after = f.ca.not_after + 1;
		if (w == W_YEAR)
			f.what.not_after = f.ca.not_after = 253402300800;
		if (w == W_SHA1)
			f.what.sig = SIG_ECDSA_SHA1;
		if (w == W_PSS)
			f.what.sig = SIG_RSA_PSS;
		if (w == W_SERIAL0)
			memset(f.what.serial, 0, sizeof(f.what.serial));
		if (w == W_SERIAL_TOP)
			f.what.serial[0] = 0x80;
		if (w == W_SPKI)
			f.what.spki.n--;
		err = (struct error)ERROR_INIT;
		ok(issue_tbs(&f.what, &tbs, &err) < 0 && tbs.n == 0 && err.kind, "refused: %s (%s)",
			text[w], err.what);
		buf_free(&tbs);
		stop(&f);
	}
}

static void refuse_old(const char *name, const char *reason)
{
	struct fixture f;
	struct buf tbs = BUF_INIT;
	struct error err = ERROR_INIT;
	start(&f, name, "ec-ca.pem", "ec-ca.key");
	ok(issue_tbs(&f.what, &tbs, &err) < 0 && err.kind == ERR_REFUSED &&
			strstr(err.what, reason),
		"not cloned: %s (%s)", name, err.what);
	buf_free(&tbs);
	stop(&f);
}

static void finish_refuses(void)
{
	struct fixture f;
	struct buf tbs = BUF_INIT, der = BUF_INIT;
	struct error err = ERROR_INIT;
	start(&f, "ec-by-ec.pem", "ec-ca.pem", "ec-ca.key");
	ok(issue_tbs_ca(&f.what, &tbs, &err) < 0 && err.kind == ERR_REFUSED,
		"a leaf of a CA is not issued by itself");
	issue_tbs(&f.what, &tbs, &err);
	for (size_t n = 0; n < tbs.n; n += 7)
		if (issue_finish((struct bytes){tbs.p, n}, bytes_of("x"), &der, &err) == 0)
			ok(false, "tbs cut at %zu is refused", n);
	ok(der.n == 0, "a to-be-signed part that is cut is refused");
	buf_free(&tbs);
	buf_free(&der);
	stop(&f);
}

static void serials(void)
{
	uint8_t a[ISSUE_SERIAL_SIZE], b[ISSUE_SERIAL_SIZE];
	bool good = true;
	for (int i = 0; i < 2000; i++) {
		issue_serial(a);
		issue_serial(b);
		good &= !(a[0] & 0x80) && memcmp(a, b, sizeof(a)) != 0;
	}
	ok(good, "serial numbers are positive and differ");
}

int main(void)
{
	make_dir();
	make_fixtures();
	for (int i = 0; i < 8; i++)
		clones(i & 1 ? "rsa" : "ec", i & 2 ? "rsa" : "ec", i & 4);
	odd_leaf();
	other_ca();
	bare_leaf();
	late();
	own_ca("rsa");
	own_ca("ec");
	refusals();
	refuse_old("rsa-ca.pem", "is a CA");
	refuse_old("crit.pem", "critical extension");
	refuse_old("certsign.pem", "keyCertSign");
	finish_refuses();
	serials();
	return done();
}
