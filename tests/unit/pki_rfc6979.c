// SPDX-License-Identifier: MIT
// Deterministic signatures: BearSSL and mbedTLS come to the same bytes, those that RFC 6979 prints.
#include <errno.h>

#include "base/random.h"
#include "pki/key.h"
#include "tap.h"
#include "pki/bearssl.h"
#include "pki/der.h"
#include "pki/keyparts.h"
#include "pki/mbedtls.h"
#include "pki/spki.h"

static struct buf from_hex(const char *hex)
{
	struct buf out = BUF_INIT;
	unsigned v;
	for (; hex[0] && hex[1]; hex += 2) {
		sscanf(hex, "%2x", &v);
		uint8_t octet = (uint8_t)v;
		buf_add(&out, &octet, 1);
	}
	return out;
}

/* A SEC1 key of the number d alone, as openssl would write it without the public key. */
static void key_of(struct key *k, enum key_alg alg, struct bytes d)
{
	struct buf der = BUF_INIT;
	struct error err = ERROR_INIT;
	der_put_small(&der, 1);
	der_put(&der, DER_OCTET_STRING, d);
	size_t at = der.n;
	der_put(&der, DER_OID, spki_curve_oid(alg));
	der_wrap(&der, at, DER_EXPLICIT(0));
	der_wrap(&der, 0, DER_SEQUENCE);
	if (key_import(k, buf_bytes(&der), NULL, &err) < 0)
		bail("key: %s", err.what);
	buf_wipe(&der);
}

static struct buf by_bearssl(const struct key *k, enum sig_alg sig, struct bytes data)
{
	struct buf out = BUF_INIT;
	struct ec_numbers ec;
	struct rsa_numbers rsa;
	long version;
	if (k->alg == KEY_RSA && keyparts_rsa(secret_bytes(&k->der), &rsa, &version) == 0)
		bearssl_rsa_sign(&rsa, sig, data, &out);
	if (k->alg != KEY_RSA && keyparts_ec(secret_bytes(&k->der), &ec) == 0)
		bearssl_ec_sign(k->alg, ec.d, sig, data, &out);
	return out;
}

/* RFC 6979 A.2.5 to A.2.7: r and s for SHA-256, SHA-384, SHA-512, each of "sample" and "test". */
static const struct curve {
	enum key_alg alg;
	const char *name, *d, *r[6], *s[6];
} curves[] = {
	{KEY_P256, "P-256", "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
		{"EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
			"F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
			"0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719",
			"83910E8B48BB0C74244EBDF7F07A1C5413D61472BD941EF3920E623FBCCEBEB6",
			"8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
			"461D93F31B6540894788FD206C07CFA0CC35F46FA3C91816FFF1040AD1581A04"},
		{"F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
			"019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
			"4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954",
			"8DDBEC54CF8CD5874883841D712142A56A8D0F218F5003CB0296B6B509619F2C",
			"2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE",
			"39AF9F15DE0DB8D97E72719C74820D304CE5226E32DEDAE67519E840D1194E55"}},
	{KEY_P384, "P-384",
		"6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8"
		"96D5724E4C70A825F872C9EA60D2EDF5",
		{"21B13D1E013C7FA1392D03C5F99AF8B30C570C6F98D4EA8E354B63A21D3DAA33"
		 "BDE1E888E63355D92FA2B3C36D8FB2CD",
			"6D6DEFAC9AB64DABAFE36C6BF510352A4CC27001263638E5B16D9BB51D451559"
			"F918EEDAF2293BE5B475CC8F0188636B",
			"94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
			"81A648152E44ACF96E36DD1E80FABE46",
			"8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB"
			"0542A7F0812998DA8F1DD3CA3CF023DB",
			"ED0959D5880AB2D869AE7F6C2915C6D60F96507F9CB3E047C0046861DA4A799C"
			"FE30F35CC900056D7C99CD7882433709",
			"A0D5D090C9980FAF3C2CE57B7AE951D31977DD11C775D314AF55F76C676447D0"
			"6FB6495CD21B4B6E340FC236584FB277"},
		{"F3AA443FB107745BF4BD77CB3891674632068A10CA67E3D45DB2266FA7D1FEEB"
		 "EFDC63ECCD1AC42EC0CB8668A4FA0AB0",
			"2D46F3BECBCC523D5F1A1256BF0C9B024D879BA9E838144C8BA6BAEB4B53B47D"
			"51AB373F9845C0514EEFB14024787265",
			"99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F"
			"A329C145786E679E7B82C71A38628AC8",
			"DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E0"
			"6A739F040649A667BF3B828246BAA5A5",
			"512C8CCEEE3890A84058CE1E22DBC2198F42323CE8ACA9135329F03C068E5112"
			"DC7CC3EF3446DEFCEB01A45C2667FDD5",
			"976984E59B4C77B0E8E4460DCA3D9F20E07B9BB1F63BEEFAF576F6B2E8B22463"
			"4A2092CD3792E0159AD9CEE37659C736"}},
	{KEY_P521, "P-521",
		"00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75"
		"CAA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B8"
		"3538",
		{"01511BB4D675114FE266FC4372B87682BAECC01D3CC62CF2303C92B352601265"
		 "9D16876E25C7C1E57648F23B73564D67F61C6F14D527D54972810421E7D87589"
		 "E1A7",
			"000E871C4A14F993C6C7369501900C4BC1E9C7B0B4BA44E04868B30B41D80710"
			"42EB28C4C250411D0CE08CD197E4188EA4876F279F90B3D8D74A3C76E6F1E465"
			"6AA8",
			"01EA842A0E17D2DE4F92C15315C63DDF72685C18195C2BB95E572B9C5136CA4B"
			"4B576AD712A52BE9730627D16054BA40CC0B8D3FF035B12AE75168397F5D50C6"
			"7451",
			"014BEE21A18B6D8B3C93FAB08D43E739707953244FDBE924FA926D76669E7AC8"
			"C89DF62ED8975C2D8397A65A49DCC09F6B0AC62272741924D479354D74FF6075"
			"578C",
			"00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F"
			"174E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E3"
			"77FA",
			"013E99020ABF5CEE7525D16B69B229652AB6BDF2AFFCAEF38773B4B7D08725F1"
			"0CDB93482FDCC54EDCEE91ECA4166B2A7C6265EF0CE2BD7051B7CEF945BABD47"
			"EE6D"},
		{"004A171143A83163D6DF460AAF61522695F207A58B95C0644D87E52AA1A34791"
		 "6E4F7A72930B1BC06DBE22CE3F58264AFD23704CBB63B29B931F7DE6C9D949A7"
		 "ECFC",
			"00CD52DBAA33B063C3A6CD8058A1FB0A46A4754B034FCC644766CA14DA8CA5CA"
			"9FDE00E88C1AD60CCBA759025299079D7A427EC3CC5B619BFBC828E7769BCD69"
			"4E86",
			"01F21A3CEE066E1961025FB048BD5FE2B7924D0CD797BABE0A83B66F1E35EEAF"
			"5FDE143FA85DC394A7DEE766523393784484BDF3E00114A1C857CDE1AA203DB6"
			"5D61",
			"0133330865C067A0EAF72362A65E2D7BC4E461E8C8995C3B6226A21BD1AA78F0"
			"ED94FE536A0DCA35534F0CD1510C41525D163FE9D74D134881E35141ED5E8E95"
			"B979",
			"00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF"
			"282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4"
			"A67A",
			"01FBD0013C674AA79CB39849527916CE301C66EA7CE8B80682786AD60F98F7E7"
			"8A19CA69EFF5C57400E3B3A0AD66CE0978214D13BAF4E9AC60752F7B155E2DE4"
			"DCE3"}},
};
#define N_CURVES (sizeof(curves) / sizeof(curves[0]))

static void published(const struct curve *c)
{
	struct buf d = from_hex(c->d), made = BUF_INIT, want, r, s;
	struct key k = KEY_INIT;
	struct error err = ERROR_INIT;
	key_of(&k, c->alg, buf_bytes(&d));
	for (int i = 0; i < 6; i++) {
		enum sig_alg sig = SIG_ECDSA_SHA256 + i / 2;
		struct bytes text = bytes_of(i & 1 ? "test" : "sample");
		want = made = (struct buf)BUF_INIT;
		r = from_hex(c->r[i]);
		s = from_hex(c->s[i]);
		der_put_unsigned(&want, buf_bytes(&r));
		der_put_unsigned(&want, buf_bytes(&s));
		der_wrap(&want, 0, DER_SEQUENCE);
		ok(key_sign(&k, sig, text, &made, &err) == 0 &&
				bytes_equal(buf_bytes(&made), buf_bytes(&want)),
			"%s, %s of \"%s\": what RFC 6979 prints %s", c->name, cert_sig_text(sig),
			text.p, err.what);
		buf_free(&made);
		mbed_sign(secret_bytes(&k.der), sig, text, &made);
		ok(bytes_equal(buf_bytes(&made), buf_bytes(&want)), "and mbedTLS too");
		buf_free(&made);
		buf_free(&want);
		buf_free(&r);
		buf_free(&s);
	}
	key_free(&k);
	buf_free(&d);
}

/* n keys, each with all three digests of messages of random length; true if all bytes agree. */
static bool agree(enum key_alg alg, int bits, int n, struct bytes d)
{
	static uint8_t text[2000];
	struct error err = ERROR_INIT;
	bool same = true;
	for (int i = 0; i < n; i++) {
		struct key k = KEY_INIT;
		if (d.n)
			key_of(&k, alg, d);
		else if (key_generate(&k, alg, bits, &err) < 0)
			bail("%s", err.what);
		for (int digest = 0; digest < 3; digest++) {
			enum sig_alg sig =
				(alg == KEY_RSA ? SIG_RSA_SHA256 : SIG_ECDSA_SHA256) + digest;
			uint16_t length;
			random_bytes(&length, sizeof(length));
			random_bytes(text, sizeof(text));
			struct bytes data = {text, length % sizeof(text)};
			struct buf a = by_bearssl(&k, sig, data), b = BUF_INIT;
			same &= mbed_sign(secret_bytes(&k.der), sig, data, &b) && a.n > 0 &&
				bytes_equal(buf_bytes(&a), buf_bytes(&b));
			buf_free(&a);
			buf_free(&b);
		}
		key_free(&k);
	}
	return same;
}

static void differential(void)
{
	static const struct bytes any = {NULL, 0};
	uint8_t one[66] = {0};
	for (size_t i = 0; i < N_CURVES; i++) {
		size_t n = (size_t)(spki_curve_bits(curves[i].alg) + 7) / 8;
		ok(agree(curves[i].alg, 0, 12, any), "%s: BearSSL and mbedTLS sign alike",
			curves[i].name);
		one[n - 1] = 1;
		ok(agree(curves[i].alg, 0, 1, (struct bytes){one, n}), "%s: with the key 1 too",
			curves[i].name);
		one[n - 1] = 0;
	}
	ok(agree(KEY_RSA, 2048, 3, any), "RSA-2048: BearSSL and mbedTLS sign alike");
	ok(agree(KEY_RSA, 3072, 1, any), "RSA-3072 as well");
}

/* A signature that verifies is kept back all the same where the other library has none like it. */
static void disagreement(void)
{
	struct key k = KEY_INIT;
	struct buf made = BUF_INIT;
	struct error err = ERROR_INIT;
	struct ec_numbers ec;
	key_generate(&k, KEY_P256, 0, &err);
	/* A point that is on no curve: mbedTLS refuses to load the key, BearSSL does not look. */
	keyparts_ec(secret_bytes(&k.der), &ec);
	memset((uint8_t *)(uintptr_t)ec.point.p + 1, 0, 64);
	ok(key_sign(&k, SIG_ECDSA_SHA256, bytes_of("x"), &made, &err) < 0 && err.os == EBADMSG &&
			made.n == 0,
		"where mbedTLS does not come to the same signature, none is given (%s)", err.what);
	for (enum key_alg alg = KEY_P256; alg <= KEY_P521; alg++) {
		key_generate(&k, alg, 0, &err);
		keyparts_ec(secret_bytes(&k.der), &ec);
		*(uint8_t *)(uintptr_t)&ec.d.p[ec.d.n / 2] ^= 1;
		ok(key_sign(&k, SIG_ECDSA_SHA256, bytes_of("x"), &made, &err) < 0 && made.n == 0,
			"%s: a secret number that got damaged: both sign alike, and none is given",
			curves[alg - KEY_P256].name);
	}
	key_generate(&k, KEY_P256, 0, &err);
	ok(!mbed_sign(secret_bytes(&k.der), SIG_RSA_SHA256, bytes_of("x"), &made) && made.n == 0,
		"mbedTLS makes no RSA signature with an EC key");
	key_free(&k);
}

int main(void)
{
	for (size_t i = 0; i < N_CURVES; i++)
		published(&curves[i]);
	differential();
	disagreement();
	return done();
}
