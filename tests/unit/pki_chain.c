// SPDX-License-Identifier: MIT
// Chains are judged as Go's crypto/x509 would judge them.
#include <time.h>

#include "base/clock.h"
#include "pki.h"
#include "pki/chain.h"
#include "pki/opinion.h"

static struct buf ders[64];
static size_t n_ders;
static int64_t now;

static struct cert get(const char *name)
{
	return load_cert(name, &ders[n_ders++]);
}

/* ca NAME ISSUER EXTENSIONS...: makes NAME.key and NAME.pem (ISSUER self: self-signed). */
static void make_fixtures(void)
{
	ok(sh("unset S D A; ca() { n=$1; i=$2; shift 2; openssl ecparam -name prime256v1 -genkey "
	      "-noout -out "
	      "$n.key; printf '%%s\\n' \"$@\" > $n.ext\n"
	      "  openssl req -new -key $n.key -subj \"/CN=${S:-$n}\" -out $n.csr\n"
	      "  if [ $i = self ]; then openssl x509 -req -in $n.csr -signkey $n.key -extfile "
	      "$n.ext "
	      "-days ${D:-900} -out $n.pem\n"
	      "  else openssl x509 -req -in $n.csr -CA $i.pem -CAkey $i.key -extfile $n.ext -days "
	      "${D:-900} $A -out $n.pem; fi; }\n"
	      "CA=basicConstraints=critical,CA:TRUE; KU=keyUsage=critical,keyCertSign\n"
	      "ca root self $CA $KU\n"
	      "S=root ca twin self $CA $KU\n"
	      "ca short root $CA $KU; D=1 ca gone self $CA $KU\n"
	      "ca leaf root subjectAltName=DNS:cp-1,DNS:*.example.com,DNS:Under_Score,IP:10.0.0.1,"
	      "IP:fd00::1 extendedKeyUsage=serverAuth\n"
	      "ca deep short extendedKeyUsage=clientAuth\n"
	      "ca p0 self $CA,pathlen:0 $KU; ca mid p0 $CA $KU; ca low mid subjectAltName=DNS:a\n"
	      "ca plain0 p0 subjectAltName=DNS:a\n"
	      "ca notca root subjectAltName=DNS:a; ca under notca subjectAltName=DNS:a\n"
	      "ca nosign self $CA keyUsage=critical,digitalSignature; ca bynosign nosign "
	      "subjectAltName=DNS:a\n"
	      "ca client root $CA $KU extendedKeyUsage=clientAuth; ca nested client "
	      "subjectAltName=DNS:a\n"
	      "ca any root extendedKeyUsage=anyExtendedKeyUsage; D=1 ca old root "
	      "subjectAltName=DNS:a\n"
	      "ca bygone gone subjectAltName=DNS:a; A=-sha1 ca weak root subjectAltName=DNS:a\n"
	      "ca crit root 1.2.3.4=critical,ASN1:NULL\n"
	      "ca nc root $CA $KU "
	      "'nameConstraints=critical,permitted;DNS:ok.org,excluded;DNS:bad.ok.org,"
	      "permitted;IP:10.0.0.0/255.0.0.0'\n"
	      "ca nc1 nc subjectAltName=DNS:a.ok.org,IP:10.1.2.3; ca nc2 nc "
	      "subjectAltName=DNS:ok.com\n"
	      "ca nc3 nc subjectAltName=DNS:x.bad.ok.org; ca nc4 nc subjectAltName=IP:11.0.0.1\n"
	      "ca ncd root $CA $KU 'nameConstraints=critical,permitted;dirName:dn' '[dn]' CN=x\n"
	      "ca ncd1 ncd subjectAltName=DNS:a\n"
	      "ca k1 self $CA $KU subjectKeyIdentifier=hash; S=k1 ca k2 self $CA $KU "
	      "subjectKeyIdentifier=hash\n"
	      "ca kid k1 authorityKeyIdentifier=keyid:always subjectAltName=DNS:a\n"
	      "A='-set_serial -5' ca minus root subjectAltName=DNS:a\n"
	      "ca cnonly root extendedKeyUsage=serverAuth\n"
	      "openssl genpkey -algorithm ed25519 -out ed.key; openssl req -x509 -key ed.key -subj "
	      "/CN=ed "
	      "-days 900 -out ed.pem\n"
	      "ca byed ed subjectAltName=DNS:a\n"
	      "openssl genrsa -out small.key 1024; openssl req -x509 -key small.key -subj "
	      "/CN=small -days "
	      "900 -out small.pem; ca bysmall small subjectAltName=DNS:a\n"
	      "openssl req -x509 -key leaf.key -subj /CN=own -addext basicConstraints=CA:FALSE "
	      "-out "
	      "own.pem"),
		"openssl makes the chains");
}

/* reason NULL: it must verify. */
static void verify(const char *leaf, const char *root, const char *mid, unsigned purpose,
	const char *name, const char *reason)
{
	struct cert l = get(leaf), r = get(root), m;
	struct error err = ERROR_INIT;
	struct chain_ask ask = {.now = now, .purpose = purpose, .roots = &r, .n_roots = 1};
	if (mid) {
		m = get(mid);
		ask.untrusted = &m;
		ask.n_untrusted = 1;
	}
	ask.names = &name;
	ask.n_names = name != NULL;
	int rc = chain_verify(&l, &ask, &err);
	ok(reason ? rc < 0 && strstr(err.what, reason) : rc == 0, "%s under %s%s%s for %s: %s (%s)",
		leaf, mid ? mid : "", mid ? ", " : "", root, name ? name : "anything",
		reason ? "refused" : "good", err.what);
	while (n_ders)
		buf_free(&ders[--n_ders]);
}

static void names(void)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = {{"cp-1", true}, {"CP-1", true}, {"cp-1.", true}, {"cp-2", false},
		{"leaf", false}, {"a.example.com", true}, {"a.b.example.com", false},
		{"example.com", false}, {".example.com", false}, {"*.example.com", true},
		{"under_score", true}, {"10.0.0.1", true}, {"10.0.0.2", false},
		{"::ffff:10.0.0.1", true}, {"fd00::1", true}, {"[fd00::1]", true},
		{"fd00:0::0:1", true}, {"fd00::2", false}, {"", false}, {".", false}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		verify("leaf.pem", "root.pem", NULL, EKU_SERVER, cases[i].name,
			cases[i].good ? NULL : "not valid for");
	verify("cnonly.pem", "root.pem", NULL, EKU_SERVER, "cnonly",
		"no subject alternative names");
}

static void purposes(void)
{
	verify("leaf.pem", "root.pem", NULL, EKU_CLIENT, NULL, "not for clients");
	verify("leaf.pem", "root.pem", NULL, EKU_ANY, NULL, NULL);
	verify("nested.pem", "root.pem", "client.pem", EKU_CLIENT, NULL, NULL);
	verify("nested.pem", "root.pem", "client.pem", EKU_SERVER, NULL, "not for servers");
	verify("any.pem", "root.pem", NULL, EKU_CLIENT, NULL, NULL);
	verify("deep.pem", "root.pem", "short.pem", EKU_CLIENT, NULL, NULL);
	verify("deep.pem", "root.pem", "short.pem", EKU_SERVER, NULL, "not for servers");
}

static void issuers(void)
{
	verify("leaf.pem", "twin.pem", NULL, EKU_ANY, NULL, "not signed by");
	verify("deep.pem", "root.pem", NULL, EKU_ANY, NULL, "not among the CAs");
	verify("deep.pem", "root.pem", "leaf.pem", EKU_ANY, NULL, "not among the CAs");
	verify("plain0.pem", "p0.pem", NULL, EKU_ANY, "a", NULL);
	verify("low.pem", "p0.pem", "mid.pem", EKU_ANY, "a", "chain that long");
	verify("under.pem", "root.pem", "notca.pem", EKU_ANY, "a", "not a CA");
	verify("under.pem", "notca.pem", NULL, EKU_ANY, "a", "not a CA");
	verify("bynosign.pem", "nosign.pem", NULL, EKU_ANY, "a", "may not sign");
	now += 3 * CLOCK_DAY;
	verify("old.pem", "root.pem", NULL, EKU_ANY, "a", "expired");
	verify("bygone.pem", "gone.pem", NULL, EKU_ANY, "a", "\"CN=gone\" expired");
	now -= 3 * CLOCK_DAY;
	verify("weak.pem", "root.pem", NULL, EKU_ANY, "a", "Go refuses");
	verify("minus.pem", "root.pem", NULL, EKU_ANY, "a", "programs written in Go refuse it");
	verify("crit.pem", "root.pem", NULL, EKU_ANY, NULL, "critical");
	verify("byed.pem", "ed.pem", NULL, EKU_ANY, "a", "Ed25519");
	verify("own.pem", "own.pem", NULL, EKU_ANY, NULL, NULL);
	verify("root.pem", "root.pem", NULL, EKU_ANY, NULL, NULL);
	now -= 2 * CLOCK_DAY;
	verify("leaf.pem", "root.pem", NULL, EKU_ANY, NULL, "not valid before");
	now += 2 * CLOCK_DAY;
}

static void constraints(void)
{
	verify("nc1.pem", "root.pem", "nc.pem", EKU_ANY, NULL, NULL);
	verify("nc2.pem", "root.pem", "nc.pem", EKU_ANY, NULL, "do not allow DNS:ok.com");
	verify("nc3.pem", "root.pem", "nc.pem", EKU_ANY, NULL, "do not allow DNS:x.bad.ok.org");
	verify("nc4.pem", "root.pem", "nc.pem", EKU_ANY, NULL, "do not allow IP:11.0.0.1");
	verify("ncd1.pem", "root.pem", "ncd.pem", EKU_ANY, NULL, "unknown critical");
}

static void signed_by(void)
{
	struct cert leaf = get("leaf.pem"), root = get("root.pem"), twin = get("twin.pem");
	struct cert weak = get("weak.pem"), old = get("old.pem"), byed = get("byed.pem");
	struct cert ed = get("ed.pem");
	ok(chain_signed_by(&leaf, &root), "a leaf and its CA");
	ok(!chain_signed_by(&leaf, &twin), "a leaf and a CA of the same name");
	ok(!chain_signed_by(&leaf, &leaf), "a leaf and itself");
	ok(chain_signed_by(&root, &root), "a CA and itself");
	ok(chain_signed_by(&weak, &root), "SHA-1 tells who the issuer is");
	ok(chain_signed_by(&old, &root), "whether expired is another question");
	ok(!chain_signed_by(&byed, &ed), "Ed25519 signatures are not verified here");
	for (size_t i = 0; i < ders[0].n; i += 3) {
		struct error err = ERROR_INIT;
		struct cert c;
		ders[0].p[i] ^= 1;
		if (cert_parse(&c, buf_bytes(&ders[0]), &err) == 0 && chain_signed_by(&c, &root))
			ok(false, "the byte at %zu may be changed", i);
		ders[0].p[i] ^= 1;
	}
	ok(true, "no byte of a certificate may be changed");
	while (n_ders)
		buf_free(&ders[--n_ders]);
}

static void opinion(const char *leaf, const char *ca, const char *reason)
{
	struct buf l = load(leaf), r = load(ca);
	struct error err = ERROR_INIT;
	int rc = opinion_chain(buf_bytes(&l), buf_bytes(&r), now, &err);
	ok(reason ? rc < 0 && strstr(err.what, reason) : rc == 0, "mbedTLS on %s under %s: %s (%s)",
		leaf, ca, reason ? "refused" : "good", err.what);
	buf_free(&l);
	buf_free(&r);
}

static void pair(const char *cert, const char *key, const char *reason)
{
	struct buf c = load(cert), k = load(key);
	struct error err = ERROR_INIT;
	int rc = opinion_pair(buf_bytes(&c), buf_bytes(&k), &err);
	ok(reason ? rc < 0 && strstr(err.what, reason) : rc == 0, "mbedTLS on %s and %s: %s (%s)",
		cert, key, reason ? "refused" : "a pair", err.what);
	buf_free(&c);
	buf_wipe(&k);
}

static void opinions(void)
{
	opinion("leaf.pem", "root.pem", NULL);
	opinion("root.pem", "root.pem", NULL);
	opinion("leaf.pem", "twin.pem", "not correctly signed");
	now += 3 * CLOCK_DAY;
	opinion("old.pem", "root.pem", "expired");
	now -= 3 * CLOCK_DAY;
	opinion("weak.pem", "root.pem", "unacceptable hash");
	opinion("bysmall.pem", "small.pem", "unacceptable key");
	opinion("under.pem", "notca.pem", "not correctly signed");
	opinion("leaf.key", "root.pem", "no certificate");
	pair("leaf.pem", "leaf.key", NULL);
	pair("leaf.pem", "root.key", "does not belong");
	pair("leaf.pem", "leaf.pem", "no private key");
	pair("leaf.pem", "small.key", "does not belong");
	sh("openssl pkcs8 -topk8 -in leaf.key -passout pass:x -out locked.key\n"
	   "openssl ec -in leaf.key -outform DER -out bent.der");
	pair("leaf.pem", "locked.key", "encrypted");
	struct buf bent = load("bent.der");
	bent.p[20] ^= 1; /* in the secret number */
	save("bent.der", buf_bytes(&bent));
	pair("leaf.pem", "bent.der", "does not belong");
	buf_wipe(&bent);
}

/* Go tries the CA with the right key id first: 100 wrong ones of the same name do not hide it. */
static void key_ids(void)
{
	struct cert cas[101], leaf = get("kid.pem");
	struct error err = ERROR_INIT;
	struct chain_ask ask = {.now = now, .purpose = EKU_ANY, .roots = cas, .n_roots = 101};
	cas[0] = get("k2.pem");
	for (int i = 1; i < 100; i++)
		cas[i] = cas[0];
	cas[100] = get("k1.pem");
	is_int(chain_verify(&leaf, &ask, &err), 0, "key ids order the search");
	while (n_ders)
		buf_free(&ders[--n_ders]);
}

#define MAZE 6

/* CAs of one name, each signed by each: the ways through them are many, the search must end. */
static void maze(void)
{
	sh("for i in 1 2 3 4 5 6; do openssl ecparam -name prime256v1 -genkey -noout -out m$i.key\n"
	   "openssl req -new -key m$i.key -subj /CN=maze -out m$i.csr\n"
	   "openssl x509 -req -in m$i.csr -signkey m$i.key -extfile root.ext -days 900 -out "
	   "m$i.pem; done\n"
	   "for i in 1 2 3 4 5 6; do for j in 1 2 3 4 5 6; do openssl x509 -req -in m$i.csr -CA "
	   "m$j.pem "
	   "-CAkey m$j.key -extfile root.ext -days 900 -out m$i-$j.pem; done; done");
	struct cert m[MAZE * MAZE], root = get("root.pem");
	for (int i = 0; i < MAZE * MAZE; i++) {
		char name[32];
		snprintf(name, sizeof(name), "m%d-%d.pem", i / MAZE + 1, i % MAZE + 1);
		m[i] = get(name);
	}
	struct error err = ERROR_INIT;
	struct chain_ask ask = {.now = now,
		.purpose = EKU_ANY,
		.roots = &root,
		.n_roots = 1,
		.untrusted = m,
		.n_untrusted = MAZE * MAZE};
	struct timespec a, b;
	clock_gettime(CLOCK_MONOTONIC, &a);
	ok(chain_verify(&m[1], &ask, &err) < 0, "a maze of CAs of one name is refused (%s)",
		err.what);
	clock_gettime(CLOCK_MONOTONIC, &b);
	ok(b.tv_sec - a.tv_sec < 20, "and soon");
	has_str(err.what, "too tangled", "the search says that it gave up");
	while (n_ders)
		buf_free(&ders[--n_ders]);
}

int main(void)
{
	make_dir();
	make_fixtures();
	now = clock_now() + 60;
	names();
	purposes();
	issuers();
	constraints();
	signed_by();
	opinions();
	key_ids();
	maze();
	return done();
}
