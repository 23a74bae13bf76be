// SPDX-License-Identifier: MIT
// A ca-config.json gives the profile that was named and no other; what is not done offline is
// refused by name.
#include "pki.h"
#include "base/clock.h"
#include "pki/profile.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static int read_text(struct profile *p, const char *text, const char *name, struct error *err)
{
	struct jsondoc doc;
	*p = (struct profile){.name = NULL};
	int rc = jsondoc_read(&doc, bytes_of(text), err);
	if (rc == 0)
		rc = profile_read(p, &doc, name, err);
	jsondoc_free(&doc);
	return rc;
}

/* The profile p of a configuration with one default profile. */
static int read_one(struct profile *p, const char *fields, struct error *err)
{
	char *text = xasprintf(
		"{\"signing\":{\"default\":{\"expiry\":\"24h\"},\"profiles\":{\"p\":{%s}}}}",
		fields);
	int rc = read_text(p, text, "p", err);
	free(text);
	return rc;
}

#define U "\"usages\":[\"signing\"],\"expiry\":\"1h\""

static void check_choice(void)
{
	static const char config[] =
		"{\"signing\":{\"default\":{\"expiry\":\"24h\",\"usages\":[\"client "
		"auth\"],\"crl_url\":\"http://d\"},"
		"\"profiles\":{\"server\":{\"usages\":[\"server auth\"],\"expiry\":\"8760h\"},"
		"\"other\":{\"usages\":[\"server "
		"auth\"],\"expiry\":\"0\",\"auth_key\":\"k\",\"backdate\":\"25h\"},"
		"\"far\":{\"remote\":\"r\"}}},"
		"\"auth_keys\":{\"k\":{\"type\":\"standard\",\"key\":\"00\"}},\"remotes\":{\"r\":"
		"\"h:1\"}}";
	struct profile p;
	struct error err = ERROR_INIT;
	ok(read_text(&p, config, "server", &err) == 0 && p.eku_bits == EKU_SERVER &&
			p.expiry == 8760 * CLOCK_HOUR,
		"the named profile");
	ok(p.crl.n > 0 && p.aia.n == 0 && p.backdate == 300 && !p.is_ca &&
			p.path_len == REQUEST_NONE,
		"with the default's URL and five minutes");
	is_str(p.name ? p.name : "", "server", "and its name");
	profile_free(&p);
	ok(read_text(&p, config, NULL, &err) == 0 && p.eku_bits == EKU_CLIENT &&
			p.expiry == 24 * CLOCK_HOUR,
		"no name: the default profile");
	profile_free(&p);
	ok(read_text(&p, config, "default", &err) == 0 && p.eku_bits == EKU_CLIENT,
		"by its name too");
	profile_free(&p);
	ok(read_text(&p, config, "Server", &err) < 0 && err.kind == ERR_REFUSED,
		"a name in other case is another name");
	has_str(err.what, "there is no profile \"Server\"", "which is not there");
	has_str(err.todo, "there are: default, server, other, far",
		"and those that are there are listed");
	profile_free(&p);
	ok(read_text(&p, config, "other", &err) < 0 && err.kind == ERR_REFUSED &&
			strstr(err.what, "\"auth_key\" is not done here"),
		"what another profile needs is refused where it is chosen");
	profile_free(&p);
	ok(read_text(&p, config, "far", &err) < 0 && err.kind == ERR_REFUSED &&
			strstr(err.what, "\"remote\""),
		"and a remote one");
	profile_free(&p);
	ok(read_text(&p, "{\"signing\":{\"profiles\":{}}}", NULL, &err) == 0 &&
			p.expiry == 8760 * CLOCK_HOUR &&
			p.ku == (KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT) &&
			p.eku_bits == (EKU_SERVER | EKU_CLIENT),
		"no default: cfssl's own");
	profile_free(&p);
	ok(read_text(&p,
		   "{\"signing\":{\"default\":{\"expiry\":\"24h\"},\"profiles\":{\"p\":{\"usages\":"
		   "[\"any\"],\"expiry\":\"0\"}}}}",
		   "p", &err) == 0 &&
			p.expiry == 24 * CLOCK_HOUR,
		"an expiry of 0 is the default's");
	profile_free(&p);
}

static const struct {
	const char *fields;
	enum error_kind kind;
	const char *what;
} bad[] = {
	{"\"usages\":[\"signing\"]", ERR_FAILED, "there is no \"expiry\""},
	{"\"expiry\":\"1h\"", ERR_FAILED, "there are no usages"},
	{"\"expiry\":\"1h\",\"usages\":[]", ERR_FAILED, "there are no usages"},
	{"\"expiry\":\"1h\",\"usages\":\"signing\"", ERR_FAILED,
		"\"usages\" must be of type array"},
	{"\"expiry\":\"1h\",\"usages\":[\"signing\",\"content committment\"]", ERR_REFUSED,
		"no such usage: content committment"},
	{"\"expiry\":\"1h\",\"usages\":[\"Server Auth\"]", ERR_REFUSED,
		"no such usage: Server Auth"},
	{"\"expiry\":\"1h\",\"usages\":[\"cert sign\"]", ERR_REFUSED, "only for CAs"},
	{U ",\"ca_constraint\":{\"is_ca\":true}", ERR_REFUSED, "could sign nothing"},
	{U ",\"ca_constraint\":{\"is_ca\":\"true\"}", ERR_FAILED, "\"is_ca\" must be of type bool"},
	{U ",\"ca_constraint\":{\"max_path_len\":1}", ERR_FAILED, "is for CAs"},
	{U ",\"ca_constraint\":{\"max_path_len_zero\":true}", ERR_FAILED, "is for CAs"},
	{U ",\"ca_constraint\":{\"is_ca\":true,\"max_path_len\":1,\"max_path_len_zero\":true}",
		ERR_FAILED, "contradicts"},
	{U ",\"ca_constraint\":{\"is_ca\":true,\"max_path_len\":-2}", ERR_FAILED, "out of range"},
	{U ",\"ca_constraint\":{\"is_ca\":true,\"max_path_len\":128}", ERR_FAILED, "out of range"},
	{U ",\"ca_constraint\":{\"is_ca\":true,\"max_path_len\":1e3}", ERR_FAILED,
		"a whole number, it is 1e3"},
	{U ",\"ca_constraint\":{\"pathlen\":1}", ERR_FAILED, "unknown field \"pathlen\""},
	{U ",\"is_ca\":true", ERR_FAILED, "unknown field \"is_ca\""},
	{U ",\"foo\":1", ERR_FAILED, "the profile has an unknown field \"foo\""},
	{"\"usages\":[\"signing\"],\"expiry\":\"1y\"", ERR_FAILED,
		"\"expiry\" is not a duration: 1y"},
	{"\"usages\":[\"signing\"],\"expiry\":\"-1h\"", ERR_FAILED, "\"expiry\" is not a duration"},
	{"\"usages\":[\"signing\"],\"expiry\":8760", ERR_FAILED,
		"\"expiry\" must be of type string"},
	{U ",\"backdate\":\"-5m\"", ERR_FAILED, "\"backdate\" is not a duration"},
	{U ",\"not_before\":\"2026-01-01\"", ERR_FAILED, "\"not_before\" is not a time"},
	{U ",\"not_after\":\"10000-01-01T00:00:00Z\"", ERR_FAILED, "\"not_after\" is not a time"},
	{U ",\"not_after\":\"2027-02-29T00:00:00Z\"", ERR_FAILED, "\"not_after\" is not a time"},
	{U ",\"crl_url\":\"crl.pem\"", ERR_FAILED, "\"crl_url\" is not a URL"},
	{U ",\"ocsp_url\":\"http://a b\"", ERR_FAILED, "\"ocsp_url\" is not a URL"},
	{U ",\"issuer_urls\":[\"\"]", ERR_FAILED, "\"issuer_urls\": not a URL"},
	{U ",\"issuer_urls\":\"http://x\"", ERR_FAILED, "must be of type array"},
	{U ",\"ocsp_no_check\":1", ERR_FAILED, "must be of type bool"},
	{U ",\"name_whitelist\":\"(\"", ERR_FAILED,
		"\"name_whitelist\": a group ( that is not closed"},
	{U ",\"name_whitelist\":\"\\\\bx\"", ERR_FAILED, "an escape that is not known"},
	{U ",\"allowed_extensions\":[\"x\"]", ERR_FAILED, "not an object identifier: x"},
	{U ",\"policies\":[{\"ID\":\"1\"}]", ERR_FAILED, "\"ID\" is not an object identifier"},
	{U ",\"policies\":[{\"ID\":\"1.2\",\"Qualifiers\":[{\"Type\":\"x\",\"Value\":\"y\"}]}]",
		ERR_FAILED, "no such policy qualifier"},
	{U ",\"policies\":[{\"ID\":\"1.2\",\"Qualifiers\":[{\"Type\":\"id-qt-cps\",\"Value\":\"y\"}"
	   "]}]",
		ERR_FAILED, "not a URL"},
	{U ",\"policies\":[{\"ID\":\"1.2\",\"Qualifiers\":[{\"Type\":\"id-qt-unotice\"}]}]",
		ERR_FAILED, "\"Value\" is missing"},
	{U ",\"policies\":[\"1.2.3\"]", ERR_FAILED, "\"Policies\" must be of type object"},
	{U ",\"CSRWhitelist\":{\"Subject\":true}", ERR_FAILED, "without \"PublicKey\""},
	{U ",\"CSRWhitelist\":{\"Hosts\":true}", ERR_FAILED, "unknown field \"Hosts\""},
	{U ",\"auth_key\":\"k\"", ERR_REFUSED,
		"\"auth_key\" is not done here: requests that prove"},
	{U ",\"prev_auth_key\":\"k\"", ERR_REFUSED, "\"prev_auth_key\" is not done here"},
	{U ",\"remote\":\"k\"", ERR_REFUSED, "\"remote\" is not done here: there is no network"},
	{U ",\"auth_remote\":{\"remote\":\"x\",\"auth_key\":\"k\"}", ERR_REFUSED,
		"\"auth_remote\" is not done here"},
	{U ",\"ct_log_servers\":[\"http://ct\"]", ERR_REFUSED,
		"\"ct_log_servers\" is not done here"},
	{U ",\"cert_store\":\"db\"", ERR_REFUSED, "\"cert_store\" is not done here"},
	{U ",\"lint_error_level\":\"error\"", ERR_REFUSED, "\"lint_error_level\" is not done here"},
	{U ",\"lint_error_level\":6", ERR_REFUSED, "\"lint_error_level\" is not done here"},
	{U ",\"ignored_lints\":[\"x\"]", ERR_REFUSED, "\"ignored_lints\" is not done here"},
	{U ",\"ignored_lint_sources\":[\"x\"]", ERR_REFUSED,
		"\"ignored_lint_sources\" is not done here"},
	{U ",\"ClientProvidesSerialNumbers\":true", ERR_REFUSED,
		"\"ClientProvidesSerialNumbers\" is not done here"},
};

static void check_bad(void)
{
	struct profile p;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct error err = ERROR_INIT;
		int rc = read_one(&p, bad[i].fields, &err);
		if (!ok(rc < 0 && err.kind == bad[i].kind && strstr(err.what, bad[i].what) &&
				    strncmp(err.what, "profile \"p\": line 1: ", 21) == 0,
			    "refused: %s", bad[i].what))
			diag("%d %s", (int)err.kind, err.what);
		profile_free(&p);
	}
	struct error err = ERROR_INIT;
	ok(read_one(&p,
		   U ",\"auth_key\":\"\",\"remote\":null,\"auth_remote\":{},\"ct_log_servers\":[],"
		     "\"lint_error_level\":0,"
		     "\"ClientProvidesSerialNumbers\":false",
		   &err) == 0,
		"empty fields ask for nothing");
	profile_free(&p);
}

static const struct {
	const char *text, *what;
} configs[] = {
	{"[]", "\"configuration\" must be of type object"},
	{"{}", "no \"signing\""},
	{"{\"signing\":null}", "no \"signing\""},
	{"{\"signing\":{},\"foo\":{}}", "the configuration has an unknown field \"foo\""},
	{"{\"signing\":{\"profile\":{}}}", "\"signing\" has an unknown field \"profile\""},
	{"{\"signing\":{\"profiles\":[]}}", "\"profiles\" must be of type object"},
	{"{\"signing\":{\"profiles\":{\"x\":1}}}",
		"profile \"x\": line 1: \"x\" must be of type object"},
	{"{\"signing\":{\"default\":{}}}", "profile \"default\": line 1: there is no \"expiry\""},
	{"{\"signing\":{\"default\":{\"expiry\":\"1h\"}}}",
		"profile \"default\": line 1: there are no usages"},
	{"{\"signing\":{\"default\":{\"expiry\":\"0\",\"usages\":[\"any\"]}}}",
		"the \"expiry\" is zero"},
	{"{\"signing\":{\"default\":{\"expiry\":\"1h\",\"usages\":[\"any\"]},\"profiles\":{\"q\":{"
	 "\"expiry\":\"x\"}}}}",
		"profile \"q\": line 1: \"expiry\" is not a duration"},
};

static void check_configs(void)
{
	for (size_t i = 0; i < COUNT(configs); i++) {
		struct profile p;
		struct error err = ERROR_INIT;
		if (!ok(read_text(&p, configs[i].text, NULL, &err) < 0 &&
				    strstr(err.what, configs[i].what),
			    "refused: %s", configs[i].what))
			diag("%s", err.what);
		profile_free(&p);
	}
}

int main(void)
{
	check_choice();
	check_bad();
	check_configs();
	return done();
}
