#!/bin/bash
# SPDX-License-Identifier: MIT
# issue: the certificates and requests that the real cfssl makes of the same JSON; what cannot be meant, or not be done
# here, is refused by name; no file is left half done.
. "$(dirname "$0")/../lib/tap.sh"
C=$BIN/certrescue CF=$ROOT/build/tests/cfssl CONF=$ROOT/conf
[ -x "$C" ] || bail "$C is not built: make tools"
[ -x "$CF/cfssl" ] || bail "$CF/cfssl is not there: make setup"
cd "$T" || bail 'no temporary directory'

# ca NAME JSON: a CA by the real cfssl.
ca() {
	"$CF/cfssl" gencert -loglevel 5 -initca - <<<"$2" 2>/dev/null | "$CF/cfssljson" -bare "$1"
	[ -s "$1.pem" ] || bail "cfssl makes no CA $1"
}
ca ec '{"CN":"kubernetes","names":[{"C":"CN","ST":"Beijing","O":"Kubernetes"}],"ca":{"expiry":"876000h"}}'
ca rsa2048 '{"CN":"rsa","key":{"algo":"rsa","size":2048}}'
ca rsa3072 '{"CN":"rsa","key":{"algo":"rsa","size":3072}}'
ca rsa4096 '{"CN":"rsa","key":{"algo":"rsa","size":4096}}'
ca p384 '{"CN":"p384","key":{"algo":"ecdsa","size":384}}'
ca p521 '{"CN":"p521","key":{"algo":"ecdsa","size":521}}'

issue() { "$C" issue "$@"; }

# view FILE: the certificate or request tag by tag, without lengths, serial number and signature.
view() {
	openssl asn1parse -in "$1" | sed -E 's/^ *[0-9]+:d=([0-9]+) .*(prim|cons): /\1 /; /^2 INTEGER/d; /^1 BIT STRING/d'
}
# side_by_side WHAT CA CSR [option...]: cfssl and issue make the same certificate and request for one key. CSR: a file.
# Options are issue's; cfssl gets them with one dash. Three tries: a minute may end between the two.
side_by_side() {
	local what=$1 ca=$2 csr=$3 i good='' o cf=()
	shift 3
	for o; do cf+=("${o/#--/-}"); done
	for i in 1 2 3; do
		rm -f a.pem a-key.pem a.csr b.pem b.csr
		"$CF/cfssl" gencert -loglevel 5 -ca "$ca.pem" -ca-key "$ca-key.pem" "${cf[@]}" "$csr" 2>/dev/null |
			"$CF/cfssljson" -bare a
		[ -s a.pem ] || { fail "$what: as cfssl" 'cfssl makes none'; return; }
		issue "$csr" --ca "$ca.pem" --ca-key "$ca-key.pem" --key a-key.pem --out b "$@" >out 2>err ||
			{ fail "$what: as cfssl" "$(cat err)"; return; }
		view a.pem >a.txt
		view b.pem >b.txt
		if cmp -s a.txt b.txt; then good=1; break; fi
	done
	if [ -n "$good" ] && cmp -s <(openssl x509 -in a.pem -noout -pubkey) <(openssl x509 -in b.pem -noout -pubkey); then
		pass "$what: the certificate is cfssl's, tag by tag"
	else
		fail "$what: the certificate is cfssl's, tag by tag" "$(diff a.txt b.txt | head -30)"
	fi
	same "$what: and the request" <(view a.csr) <(view b.csr)
	ok "$what: openssl finds both good" sh -c "openssl verify -CAfile $ca.pem b.pem && openssl req -in b.csr -noout -verify"
}

# --- the ready files -----------------------------------------------------------------------------------------------------

for f in "$CONF"/*-csr.json; do
	name=${f##*/}
	case $name in ca-* | *-ca-csr.json) continue ;; esac
	profile=client
	case $name in apiserver-csr.json) profile=server ;; etcd-server* | etcd-peer*) profile=peer ;; esac
	side_by_side "conf/$name" rsa2048 "$f" --config "$CONF/ca-config.json" --profile $profile
done
side_by_side 'conf/apiserver-csr.json, kubernetes' ec "$CONF/apiserver-csr.json" --config "$CONF/ca-config.json" \
	--profile kubernetes --hostname 'kubernetes,10.96.0.1,cp-1,192.0.2.10,::1'

# --- what signs ----------------------------------------------------------------------------------------------------------

echo '{"CN":"x","hosts":["h.example"]}' >x.json
for ca in rsa2048 rsa3072 rsa4096 p384 p521; do
	side_by_side "a CA with $ca" $ca x.json --config "$CONF/ca-config.json" --profile server
done

# --- CSR JSON ------------------------------------------------------------------------------------------------------------

n=0
while IFS= read -r json; do
	echo "$json" >csr.json
	n=$((n + 1))
	side_by_side "CSR $n: ${json:0:60}" ec csr.json --config "$CONF/ca-config.json"
done <<'END'
{"CN":"kubernetes-admin","names":[{"O":"system:masters"}]}
{"CN":"x","names":[{"C":"DE","ST":"st","L":"l","O":"o","OU":"ou"},{"C":"FR","ST":"s2","L":"l2","O":"o2","OU":"ou2"}]}
{"CN":"x","names":[{"O":"zz"},{"O":"a"},{"O":"bbb*"},{"O":"a&b"},{"O":"über"},{"O":""},{}]}
{"CN":"it's (a) +,-./:=? test","names":[{"O":"a@b"},{"O":"a_b"},{"O":"日本"}]}
{"CN":"x","serialnumber":"42","names":[{"E":"e@x","OID":{"1.2.3.4":"v"}},{"O":"o","E":"f@x","OID":{"2.5.4.12":"title"}}]}
{"CN":"x","names":[{"O":"o","OID":{"2.5.4.9":"street"}},{"OID":{"2.5.4.17":"zip"},"C":"DE"}]}
{"CN":"x","names":[{"SerialNumber":"n"}]}
{"CN":"x","hosts":["b.c","10.0.0.1","::1","::ffff:1.2.3.4","x@y.z","spiffe://td/w","*.w","a_b","HTTP://Foo/Bar?q=%20","urn:uuid:F81D","a"]}
{"CN":"x","hosts":["fe80::1","2001:DB8:0:0:0:0:0:1","255.255.255.255","A.B","xn--bcher-kva.example","123","http://[::1]:80/x","system:node:a"]}
{"hosts":["only.example"]}
{"cn":"case","HOSTS":["a"],"Names":[{"o":"x"}],"KEY":{"Algo":"ecdsa","SIZE":384}}
{"CN":"x","key":{"algo":"ecdsa","size":521}}
{"CN":"x","key":{"algo":"rsa","size":3072}}
{"CN":"x","key":{"algo":"rsa","size":4096},"hosts":null,"names":null,"ca":null}
{"CN":"x","key":{}}
{"CN":"x","delegation_enabled":true,"hosts":["a"]}
{"CN":"x","extensions":[{"Id":[1,2,3,4],"Critical":false,"Value":"BQA="},{"Id":[2,999,3],"Critical":true,"Value":"BAEB"}]}
{"CN":"x","crl_url":"http://request/crl"}
END
echo '{"CN":"x","hosts":["old"]}' >x.json
side_by_side '--cn and --hostname' ec x.json --config "$CONF/ca-config.json" --cn other --hostname 'a,1.2.3.4'
side_by_side 'an empty --hostname' ec x.json --config "$CONF/ca-config.json" --hostname ''
side_by_side 'no configuration' ec x.json

# --- profiles ------------------------------------------------------------------------------------------------------------

echo '{"CN":"kube-apiserver","names":[{"O":"o"}],"hosts":["kubernetes","10.96.0.1","a@b.c","spiffe://t/w"],
"extensions":[{"Id":[1,2,3,4],"Value":"BQA="}],"delegation_enabled":true}' >full.json
n=0
while IFS= read -r profile; do
	echo "{\"signing\":{\"default\":{\"expiry\":\"24h\",\"usages\":[\"any\"],\"issuer_urls\":[\"http://d/ca\"],
		\"crl_url\":\"http://d/crl\",\"ocsp_url\":\"http://d/ocsp\"},\"profiles\":{\"p\":{$profile}}}}" >config.json
	n=$((n + 1))
	side_by_side "profile $n: ${profile:0:70}" ec full.json --config config.json --profile p
done <<'END'
"usages":["signing","key encipherment","server auth","client auth"],"expiry":"8760h"
"usages":["client auth","server auth"],"expiry":"8760h"
"usages":["digital signature","content commitment","key encipherment","key agreement","data encipherment"],"expiry":"1h"
"usages":["key agreement","encipher only","decipher only"],"expiry":"1h"
"usages":["s/mime","email protection","any","code signing","timestamping","ocsp signing","server auth","server auth"],"expiry":"1h"
"usages":["ipsec end system","ipsec tunnel","ipsec user","microsoft sgc","netscape sgc"],"expiry":"1h"
"usages":["signing"],"expiry":"1h","backdate":"30m"
"usages":["signing"],"expiry":"49h","backdate":"25h"
"usages":["signing"],"expiry":"90m30s"
"usages":["signing"],"expiry":"0"
"usages":["signing"],"expiry":"200000h"
"usages":["signing"],"expiry":"1h","not_before":"2024-01-02T03:04:05.5Z","not_after":"2049-12-31T23:59:59Z"
"usages":["signing"],"expiry":"1h","not_after":"2050-01-01T02:00:00+02:00"
"usages":["signing"],"expiry":"1h","not_after":"2055-06-01T00:00:00Z"
"usages":["signing"],"expiry":"1h","issuer_urls":["http://a/ca","http://b/ca"],"ocsp_url":"http://o","crl_url":"http://c"
"usages":["signing"],"expiry":"1h","issuer_urls":[],"ocsp_no_check":true
"usages":["signing"],"expiry":"1h","policies":[{"ID":"1.2.3.4"},{"ID":"2.5.29.32.0"}]
"usages":["signing"],"expiry":"1h","Policies":[{"ID":"1.2.3.4","Qualifiers":[{"Type":"id-qt-cps","Value":"http://x/cps"},{"Type":"id-qt-unotice","Value":"Hä"}]}]
"usages":["signing"],"expiry":"1h","policies":[{"ID":"1.2.3"}],"ocsp_no_check":true,"copy_extensions":true
"usages":["signing"],"expiry":"1h","copy_extensions":true,"allowed_extensions":["1.2.3.4","1.3.6.1.4.1.44363.44"]
"usages":["cert sign","crl sign"],"expiry":"1h","ca_constraint":{"is_ca":true}
"usages":["cert sign","crl sign","signing"],"expiry":"1h","ca_constraint":{"is_ca":true,"max_path_len":0,"max_path_len_zero":true}
"usages":["cert sign","crl sign","client auth"],"expiry":"1h","ca_constraint":{"is_ca":true,"max_path_len":3}
"usages":["signing"],"expiry":"1h","CSRWhitelist":{"Subject":true,"PublicKey":true,"PublicKeyAlgorithm":true,"SignatureAlgorithm":true,"DNSNames":true}
"usages":["signing"],"expiry":"1h","CSRWhitelist":{"Subject":true,"PublicKey":true,"IPAddresses":true,"EmailAddresses":true,"URIs":true}
"usages":["signing"],"expiry":"1h","CSRWhitelist":{"PublicKey":true,"DNSNames":true}
"usages":["signing"],"expiry":"1h","name_whitelist":"^(kube-?[a-z]+|[a-c]@\\w\\.c|spiffe://t/\\w)$"
"usages":["signing"],"expiry":"1h","auth_key":"","remote":"","ct_log_servers":[],"ignored_lints":[]
"USAGES":["signing"],"expiry":"1h"
END
echo '{"signing":{"default":{"expiry":"24h"},"profiles":{"p":{"usages":["signing"],"expiry":"1h",
"CSRWhitelist":{"Subject":true,"PublicKey":true}}}}}' >config.json
side_by_side 'a CSRWhitelist does not drop --hostname' rsa4096 full.json --config config.json --profile p --hostname a,1.2.3.4

# --- what cfssl says to the same ------------------------------------------------------------------------------------------

# An unknown profile: cfssl takes the default without a word.
issue_x() { issue x.json --ca ec.pem --ca-key ec-key.pem "$@"; }
refuses 5 'there is no profile "kubernets"; there are: default, kubernetes, server, client, peer' \
	issue_x --config "$CONF/ca-config.json" --profile kubernets --out no
ok 'cfssl takes the default for an unknown profile' "$CF/cfssl" gencert -loglevel 5 -ca ec.pem -ca-key ec-key.pem \
	-config "$CONF/ca-config.json" -profile kubernets x.json

# --- files ---------------------------------------------------------------------------------------------------------------

listing() { find . -maxdepth 1 -name "$1*" -printf '%f %m\n' | sort; }
umask 077
exits 0 'files are written' issue "$CONF/apiserver-csr.json" --ca ec.pem --ca-key ec-key.pem --config "$CONF/ca-config.json" \
	--profile server --out api
is 'with the modes of cfssljson, whatever the umask' "$(listing api)" $'api-key.pem 600\napi.csr 644\napi.pem 644'
umask 022
like 'and said' "$out" '^api.pem issued, good until 20[0-9-]+T[0-9:]+Z$'
ok 'the key is the certificate'"'"'s' cmp -s <(openssl pkey -in api-key.pem -pubout) <(openssl x509 -in api.pem -noout -pubkey)
like 'in the form of cfssl' "$(head -1 api-key.pem)" 'BEGIN RSA PRIVATE KEY'
is 'its key id is the SHA-1 of its bits' \
	"$(openssl x509 -in api.pem -noout -ext subjectKeyIdentifier | tail -1 | tr -d ' :\n')" \
	"$(openssl rsa -in api-key.pem -RSAPublicKey_out -outform DER 2>/dev/null | openssl sha1 -r | cut -c1-40 | tr a-f A-F)"
cp api.pem before.pem
refuses 1 'api-key.pem: the file is there already and is not overwritten; move it away, or add --force' issue_x --out api
same 'what is there stays' api.pem before.pem
rm api.pem api-key.pem
refuses 1 'api.csr: the file is there already' issue_x --out api
is 'nor is the rest written' "$(listing api)" 'api.csr 644'
exits 0 '--force replaces' issue_x --out api --force --quiet
is 'and --quiet says nothing' "$out$err" ''
ln -sf before.pem link.pem
refuses 1 'link.pem: it is not a regular file' issue_x --out link --force
ok 'a link stays a link' test -L link.pem
refuses 1 'nowhere/x-key.pem: the file.s directory cannot be written to: No such file' issue_x --out nowhere/x
exits 0 'JSON on standard output' issue_x --format json
cp "$T/out" json
is 'is one line' "$(wc -l <json)" 1
ok 'that the real cfssljson takes' "$CF/cfssljson" -f json -bare fromjson
is 'for the same files' "$(listing fromjson | cut -d' ' -f1)" $'fromjson-key.pem\nfromjson.csr\nfromjson.pem'
ok 'which belong together' cmp -s <(openssl pkey -in fromjson-key.pem -pubout) <(openssl x509 -in fromjson.pem -noout -pubkey)
is 'members as cfssl has them' "$(jq -rc 'keys' json)" '["cert","csr","key"]'
exits 0 'a kept key' issue_x --key api-key.pem --format json
is 'is not printed' "$(jq -rc 'keys' <<<"$out")" '["cert","csr"]'
exits 0 'CSR JSON from standard input' bash -c "'$C' issue - --ca ec.pem --ca-key ec-key.pem --out stdin <x.json"

# --- keys that are kept --------------------------------------------------------------------------------------------------

openssl genrsa -out k2048 2048 2>/dev/null
openssl genrsa -out k4096 4096 2>/dev/null
openssl pkey -in k2048 -out k2048pkcs8
for c in prime256v1 secp384r1 secp521r1; do openssl ecparam -name $c -genkey -out k$c; done
for k in k2048 k4096 "$ROOT/tests/data/rsa8192.pem" k2048pkcs8 kprime256v1 ksecp384r1 ksecp521r1; do
	exits 0 "a kept key: ${k##*/}" issue_x --key "$k" --out kept --force
	ok 'the certificate has it, the request is signed with it' sh -c \
		"openssl pkey -in '$k' -pubout >1; openssl x509 -in kept.pem -noout -pubkey >2; cmp 1 2 && openssl req -in kept.csr -noout -verify"
done
is 'and it is not copied' "$(listing kept)" $'kept.csr 644\nkept.pem 644'
cp k2048 same-key.pem
exits 0 'a key may lie where it would be written' issue_x --key same-key.pem --out same
refuses 1 'own.pem: the key that is kept would be overwritten' sh -c \
	"cp k2048 own.pem; '$C' issue x.json --ca ec.pem --ca-key ec-key.pem --key own.pem --out own --force"
openssl genrsa -out k1024 1024 2>/dev/null
refuses 5 'k1024: an RSA key of 1024 bits is too weak' issue_x --key k1024 --out no
openssl genpkey -algorithm ed25519 -out ked
refuses 1 'ked: .*Ed25519' issue_x --key ked --out no
openssl pkey -in k2048 -aes128 -passout pass:x -out klocked
refuses 1 'klocked: the key is encrypted; decrypt it first' issue_x --key klocked --out no
refuses 1 'ec.pem: there is no private key in it' issue_x --key ec.pem --out no

# --- the CA --------------------------------------------------------------------------------------------------------------

ISSUE=(issue x.json --config "$CONF/ca-config.json" --out no)
refuses 5 'rsa2048-key.pem: the private key is not that of the CA in ec.pem' "${ISSUE[@]}" --ca ec.pem --ca-key rsa2048-key.pem
refuses 1 'no.pem: ' "${ISSUE[@]}" --ca no.pem --ca-key ec-key.pem
refuses 1 'nokey.pem: ' "${ISSUE[@]}" --ca ec.pem --ca-key nokey.pem
refuses 1 'api.pem: there is no CA certificate in it' "${ISSUE[@]}" --ca api.pem --ca-key api-key.pem
refuses 1 'x.json: there is no CA certificate in it' "${ISSUE[@]}" --ca x.json --ca-key ec-key.pem
openssl pkcs8 -topk8 -in ec-key.pem -v2 aes-256-cbc -iter 1000 -passout pass:secret -out locked.key
refuses 1 'locked.key: .*passphrase' "${ISSUE[@]}" --ca ec.pem --ca-key locked.key
echo wrong >wrong
refuses 1 'locked.key: .*passphrase' "${ISSUE[@]}" --ca ec.pem --ca-key locked.key --passphrase-file wrong
refuses 1 'nofile: the passphrase file cannot be opened' "${ISSUE[@]}" --ca ec.pem --ca-key locked.key --passphrase-file nofile
echo secret >right
exits 0 'an encrypted CA key' issue x.json --ca ec.pem --ca-key locked.key --passphrase-file right --out locked
unlike 'draws no warning' "$err" 'warning'
exits 0 'a plain one' issue x.json --ca ec.pem --ca-key ec-key.pem --out plain
like 'does' "$err" 'warning: ec-key.pem: the CA.s key is not encrypted'
ok 'signs' openssl verify -CAfile ec.pem locked.pem

# oca NAME [openssl req option...]: a CA by openssl, P-256 unless a key is there.
oca() {
	[ -e "$1.key" ] || openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
	openssl req -x509 -key "$1.key" -subj "/CN=$1" -out "$1.pem" "${@:2}" || bail "openssl makes no CA $1"
}
oca day -days 1
refuses 5 'day.pem: the CA expired 20[0-9-]+T.*; renew the CA first' issue x.json --ca day.pem --ca-key day.key --out no \
	--now "$(date -u -d '+2 days' +%FT%TZ)"
refuses 5 'day.pem: the CA is not valid before 20[0-9-]+T.*; check the clock' issue x.json --ca day.pem --ca-key day.key --out no \
	--now "$(date -u -d '-2 days' +%FT%TZ)"
oca nosign -days 1 -addext keyUsage=critical,digitalSignature,cRLSign
refuses 5 'nosign.pem: the CA may not sign certificates' issue x.json --ca nosign.pem --ca-key nosign.key --out no
openssl genpkey -algorithm ed25519 -out ed.key
oca ed -days 1
refuses 5 'ed.pem: the CA.s key is of kind Ed25519' issue x.json --ca ed.pem --ca-key ed.key --out no
openssl genpkey -algorithm rsa-pss -pkeyopt rsa_keygen_bits:2048 -out pss.key 2>/dev/null
oca pss -days 1
refuses 5 'pss.pem: the CA.s key is of kind RSA-PSS' issue x.json --ca pss.pem --ca-key pss.key --out no
openssl genrsa -out weak.key 1024 2>/dev/null
oca weak -days 1
refuses 5 'weak.pem: the CA.s RSA key is too weak' issue x.json --ca weak.pem --ca-key weak.key --out no

# The end of the CA: cfssl lets a certificate outlive it.
exits 0 'a certificate ends with its CA' issue x.json --ca day.pem --ca-key day.key --config "$CONF/ca-config.json" --out clamped
like 'which is said' "$err" 'warning: day.pem: the certificate ends with its CA, 20[0-9-]+T[0-9:]+Z, before what the profile says'
is 'to the second' "$(openssl x509 -in clamped.pem -noout -enddate)" "$(openssl x509 -in day.pem -noout -enddate)"
oca century -days 36500
openssl x509 -in century.pem -noout -enddate | grep -q 2126 || bail 'the CA ends before 2126'
cat >config.json <<'END'
{"signing":{"profiles":{
"2049":{"usages":["signing"],"expiry":"1h","not_after":"2049-12-31T23:59:59Z"},
"2050":{"usages":["signing"],"expiry":"1h","not_after":"2050-01-01T00:00:00Z"},
"9999":{"usages":["signing"],"expiry":"1h","not_after":"9999-12-31T23:59:59Z"},
"10000":{"usages":["signing"],"expiry":"1h","not_after":"2049-12-31T23:59:59Z"}}}}
END
for y in 2049 2050; do
	exits 0 "a certificate until $y" issue x.json --ca century.pem --ca-key century.key --config config.json --profile $y --out until-$y
done
is 'UTCTime up to 2049, GeneralizedTime from 2050 on' "$(for y in 2049 2050; do openssl asn1parse -in until-$y.pem | grep TIME | tail -1; done |
	sed 's/.*prim: *//; s/ *:/:/')" $'UTCTIME:491231235959Z\nGENERALIZEDTIME:20500101000000Z'
oca forever -days 2900000
exits 0 'a CA that ends after the year 9000' issue x.json --ca forever.pem --ca-key forever.key --config config.json --profile 9999 --out ever
is 'is the end of what is valid for ever' "$(openssl x509 -in ever.pem -noout -enddate)" "$(openssl x509 -in forever.pem -noout -enddate)"
ok 'openssl verifies it' openssl verify -CAfile forever.pem ever.pem
# A CA until the last second that a certificate can name.
printf '%s\n' '[ca]' 'default_ca=c' '[c]' 'database=index' 'new_certs_dir=.' 'rand_serial=yes' 'default_md=sha256' 'policy=p' \
	'x509_extensions=e' '[p]' 'commonName=supplied' '[e]' 'basicConstraints=critical,CA:TRUE' 'subjectKeyIdentifier=hash' >ca.cnf
: >index
openssl ecparam -name prime256v1 -genkey -noout -out lastca.key
openssl req -new -key lastca.key -subj /CN=last -out lastca.csr
openssl ca -config ca.cnf -batch -selfsign -keyfile lastca.key -in lastca.csr -enddate 99991231235959Z -notext -out lastca.pem 2>/dev/null
exits 0 'a certificate until the end of 9999' issue x.json --ca lastca.pem --ca-key lastca.key --config config.json --profile 9999 --out last
is 'is not cut' "$(openssl x509 -in last.pem -noout -enddate)" 'notAfter=Dec 31 23:59:59 9999 GMT'
unlike 'nor said to be' "$err" 'ends with its CA'
ok 'openssl verifies it' openssl verify -CAfile lastca.pem last.pem
sed 's/"2049-12-31T23:59:59Z"}}}}/"10000-01-01T00:00:00Z"}}}}/' config.json >late.json
refuses 1 'late.json: profile "10000": line 5: "not_after" is not a time: 10000-' issue x.json --ca forever.pem --ca-key forever.key --config late.json --profile 2049 --out no

# What a CA passes on.
oca plen -days 9 -addext basicConstraints=critical,CA:TRUE,pathlen:1
cat >sub.json <<'END'
{"signing":{"default":{"usages":["cert sign","crl sign"],"expiry":"24h","ca_constraint":{"is_ca":true,"max_path_len":0,"max_path_len_zero":true}},
"profiles":{"wide":{"usages":["cert sign"],"expiry":"24h","ca_constraint":{"is_ca":true,"max_path_len":1}}}}}
END
echo '{"CN":"sub"}' >subcsr.json
exits 0 'an intermediate CA' issue subcsr.json --ca plen.pem --ca-key plen.key --config sub.json --out sub
refuses 5 'subcsr.json: a path length of 1 beneath a CA whose own is 1' issue subcsr.json --ca plen.pem --ca-key plen.key --config sub.json --profile wide --out no
refuses 5 'subcsr.json: the CA does not allow CAs beneath it' issue subcsr.json --ca sub.pem --ca-key sub-key.pem --config sub.json --out no
exits 0 'which issues' issue x.json --ca sub.pem --ca-key sub-key.pem --out bysub
ok 'what openssl verifies' openssl verify -CAfile plen.pem -untrusted sub.pem bysub.pem
cat sub.pem plen.pem >chain.pem
exits 0 'the first certificate of a file is the CA' issue x.json --ca chain.pem --ca-key sub-key.pem --out bychain
like 'and no other' "$(openssl x509 -in bychain.pem -noout -issuer)" 'CN = sub$'
oca names -days 9 -addext 'nameConstraints=permitted;DNS:example.com'
oca critical -days 9 -addext 'nameConstraints=critical,permitted;DNS:example.com'
refuses 5 'critical.pem: nothing can be issued that two libraries agree on: .*mbedTLS' issue x.json --ca critical.pem --ca-key critical.key --out no
refuses 5 'x.json: the CA.s name constraints do not allow DNS:old' issue x.json --ca names.pem --ca-key names.key --out no
exits 0 'within name constraints' issue x.json --ca names.pem --ca-key names.key --hostname a.example.com --out innames
ok 'openssl verifies it' openssl verify -CAfile names.pem innames.pem
oca purpose -days 9 -addext extendedKeyUsage=serverAuth
refuses 5 'x.json: the CA.s extended key usage allows none' issue x.json --ca purpose.pem --ca-key purpose.key --config "$CONF/ca-config.json" --profile client --out no
exits 0 'a purpose that the CA has' issue x.json --ca purpose.pem --ca-key purpose.key --config "$CONF/ca-config.json" --profile server --out server
oca nokeyid -days 9 -addext subjectKeyIdentifier=none
exits 0 'a CA without a key id' issue x.json --ca nokeyid.pem --ca-key nokeyid.key --out nokeyid1
unlike 'gives none' "$(openssl x509 -in nokeyid1.pem -noout -text)" 'Authority Key Id'
ok 'openssl verifies it' openssl verify -CAfile nokeyid.pem nokeyid1.pem
# etcd's CA and leaf often have one name: Go leaves the key id out then.
oca etcd -days 9
echo '{"CN":"etcd","hosts":["localhost"]}' >etcd.json
exits 0 'a leaf with the name of its CA' issue etcd.json --ca etcd.pem --ca-key etcd.key --out etcd1
ok 'openssl verifies it' openssl verify -CAfile etcd.pem etcd1.pem
like 'it names the CA'"'"'s key' "$(openssl x509 -in etcd1.pem -noout -text)" 'Authority Key Id'

# --- refusals: usage -----------------------------------------------------------------------------------------------------

refuses 64 'what to issue' issue --ca ec.pem --ca-key ec-key.pem --out no
refuses 64 'what to issue' issue x.json --plan x --ca ec.pem --ca-key ec-key.pem
refuses 64 'no CA was named' issue x.json --out no
refuses 64 'the CA.s key was not named' issue x.json --ca ec.pem --out no
refuses 64 'where to write; give --out PREFIX or --format json' issue_x
refuses 64 'where to write' issue_x --out no --format json
refuses 64 'a prefix of file names' issue_x --out no/
refuses 64 'one argument too many' issue_x y.json --out no
refuses 64 'no such option' issue_x -profile x --out no
refuses 64 'this option is given twice' issue_x --out a --out b
refuses 64 'are for one certificate' issue --plan x --ca ec.pem --ca-key ec-key.pem --cn x
exits 0 '--help' issue --help
like 'says what there is' "$out" 'usage: certrescue issue CSR.json'

# --- refusals: JSON ------------------------------------------------------------------------------------------------------

while IFS='|' read -r code json re; do
	printf '%b' "$json" >bad.json
	WHAT="CSR refused: $re" refuses "$code" "bad.json: $re" issue bad.json --ca ec.pem --ca-key ec-key.pem --out no
done <<'END'
1||line 1: the text ends where a value should follow
1|{"CN":"x"|line 1: the text ends where ',' or '}' should follow
1|{"CN":"x",}|line 1: a member's name in quotes should follow, there is '}'
1|{"CN":"x"} {}|line 1: the end of the text should follow, there is '\{'
1|{"CN":"x",\n"cn":"y"}|line 2: "cn" stands twice in one object
1|{"CN":"x","unknown":1}|line 1: the CSR has an unknown field "unknown"; correct its name
1|{"CN":"x","hosts":["a",\n"b:80"]}|line 2: the host "b:80" has a port
1|{"CN":"x","hosts":["10.0.0.0/8"]}|line 1: the host "10.0.0.0/8" has a path or a prefix length
1|{"CN":"x","hosts":["a b"]}|line 1: the host "a b" is neither
1|{"CN":"x\\u0000"}|line 1: "CN" holds a NUL character
1|{}|line 1: the CSR names nobody
5|{"CN":"x","ca":{}}|line 1: a "ca" section is for new CAs.*leave it out, or make a CA with certrescue ca init
1|{"CN":"x","ca":{"pathlen":1,"pathlenzero":true}}|line 1: "pathlenzero" contradicts "pathlen"
1|{"CN":"x","ca":{"pathlen":-5}}|line 1: "pathlen" is out of range
5|{"CN":"x","key":{"algo":"rsa","size":1024}}|line 1: RSA keys below 2048 bits are too weak; use 2048, 3072 or 4096
5|{"CN":"x","key":{"algo":"rsa","size":8192}}|line 1: RSA keys of this size are not made
5|{"CN":"x","key":{"algo":"ed25519"}}|line 1: "algo": ed25519 keys are not made
1|{"CN":"x","key":{"algo":"dsa","size":2048}}|line 1: "algo": no such key algorithm: dsa
END
head -c 20000000 /dev/zero | tr '\0' ' ' >big.json
refuses 1 'big.json: is longer than 16384 KiB' issue big.json --ca ec.pem --ca-key ec-key.pem --out no
refuses 1 'none.json: cannot be opened: No such file' issue none.json --ca ec.pem --ca-key ec-key.pem --out no
refuses 1 '/: cannot be read: Is a directory' issue / --ca ec.pem --ca-key ec-key.pem --out no
refuses 1 'the host "" is empty|a host is empty' issue_x --hostname a,,b --out no

while IFS='|' read -r code fields re; do
	echo "{\"signing\":{\"default\":{\"expiry\":\"24h\"},\"profiles\":{\"p\":{$fields}}}}" >bad.json
	WHAT="profile refused: $re" refuses "$code" "bad.json: profile \"p\": line 1: $re" issue full.json --ca ec.pem --ca-key ec-key.pem \
		--config bad.json --profile p --out no
done <<'END'
5|"usages":["signing"],"expiry":"1h","auth_key":"k"|"auth_key" is not done here: requests that prove who asks come over a network; leave it out
5|"usages":["signing"],"expiry":"1h","prev_auth_key":"k"|"prev_auth_key" is not done here
5|"usages":["signing"],"remote":"r"|"remote" is not done here: there is no network
5|"usages":["signing"],"auth_remote":{"remote":"r","auth_key":"k"}|"auth_remote" is not done here
5|"usages":["signing"],"expiry":"1h","ct_log_servers":["http://x"]|"ct_log_servers" is not done here: there is no network to the logs
5|"usages":["signing"],"expiry":"1h","cert_store":"x"|"cert_store" is not done here
5|"usages":["signing"],"expiry":"1h","lint_error_level":"error"|"lint_error_level" is not done here: zlint is not here
5|"usages":["signing"],"expiry":"1h","ignored_lints":["x"]|"ignored_lints" is not done here
5|"usages":["signing"],"expiry":"1h","ignored_lint_sources":["x"]|"ignored_lint_sources" is not done here
5|"usages":["signing"],"expiry":"1h","ClientProvidesSerialNumbers":true|"ClientProvidesSerialNumbers" is not done here
5|"usages":["singing"],"expiry":"1h"|"usages": no such usage: singing; there are: signing, digital signature
5|"usages":["cert sign"],"expiry":"1h"|"cert sign" is only for CAs
5|"usages":["signing"],"expiry":"1h","ca_constraint":{"is_ca":true}|a CA without "cert sign" could sign nothing
1|"usages":["signing"],"expiry":"1h","unknown":1|the profile has an unknown field "unknown"
1|"usages":["signing"]|there is no "expiry"
1|"expiry":"1h"|there are no usages
1|"usages":["signing"],"expiry":"1 year"|"expiry" is not a duration: 1 year
1|"usages":["signing"],"expiry":"-1h"|"expiry" is not a duration
1|"usages":["signing"],"expiry":"1h","backdate":"x"|"backdate" is not a duration
1|"usages":["signing"],"expiry":"1h","not_after":"tomorrow"|"not_after" is not a time
1|"usages":["signing"],"expiry":"1h","name_whitelist":"\\p{L}"|"name_whitelist": an escape that is not known here
1|"usages":["cert sign"],"expiry":"1h","ca_constraint":{"is_ca":true,"max_path_len":2,"max_path_len_zero":true}|"max_path_len_zero" contradicts
END
while IFS='|' read -r fields re; do
	echo "{\"signing\":{\"default\":{\"expiry\":\"24h\"},\"profiles\":{\"p\":{\"usages\":[\"signing\"],$fields}}}}" >bad.json
	WHAT="not by this profile: $re" refuses 5 "full.json: $re" issue full.json --ca ec.pem --ca-key ec-key.pem --config bad.json --profile p --out no
done <<'END'
"expiry":"1h","name_whitelist":"^kube"|the profile's name_whitelist does not allow a@b.c
"expiry":"1h","backdate":"2h"|the certificate would have expired already
"expiry":"1h","not_after":"2020-01-01T00:00:00Z"|the validity would end before it begins
"expiry":"1h","copy_extensions":true,"allowed_extensions":["1.2.3"]|the profile does not allow an extension
END
echo '{"CN":"x","extensions":[{"Id":[1,2,3],"Critical":true,"Value":"BQA="}]}' >critical.json
echo '{"signing":{"default":{"expiry":"24h","usages":["signing"],"copy_extensions":true}}}' >bad.json
refuses 5 'critical.json: a critical extension that nobody knows' issue critical.json --ca ec.pem --ca-key ec-key.pem --config bad.json --out no
refuses 5 'without --config there is only the profile "default", not "kubernetes"' issue_x --profile kubernetes --out no
is 'nothing was written by all that was refused' "$(listing no. ; listing no-)" ''

# --- a plan --------------------------------------------------------------------------------------------------------------

mkdir nodes
jq -n --arg conf "$CONF" '[range(40) | [
	{csr_file: ($conf + "/apiserver-csr.json"), profile: "server", hostname: "kubernetes,10.96.0.1,cp-\(.)", out: "nodes/cp-\(.)-apiserver"},
	{csr: {CN: "system:node:cp-\(.)", names: [{O: "system:nodes"}]}, profile: "client", out: "nodes/cp-\(.)-kubelet"},
	{csr_file: ($conf + "/admin-csr.json"), cn: "admin-\(.)", key: "k2048", out: "nodes/cp-\(.)-admin"}]] | flatten(1)' >plan.json
plan() { issue --plan "$1" --ca ec.pem --ca-key ec-key.pem --config "$CONF/ca-config.json" "${@:2}"; }
exits 0 'a plan of 120' plan plan.json
is 'is issued' "$out" '120 certificates issued'
is 'all of it' "$(find nodes -name '*.pem' ! -name '*-key.pem' | wc -l) $(find nodes -name '*-key.pem' | wc -l) $(find nodes -name '*.csr' | wc -l)" '120 80 120'
ok 'openssl verifies all' sh -c 'openssl verify -CAfile ec.pem $(find nodes -name "*.pem" ! -name "*-key.pem")'
is 'each has its own serial number' "$(for f in nodes/*[a-z].pem; do openssl x509 -in "$f" -noout -serial 2>/dev/null; done | sort -u | wc -l)" 120
like 'hosts by line' "$(openssl x509 -in nodes/cp-7-apiserver.pem -noout -ext subjectAltName)" 'DNS:cp-7, IP Address:10.96.0.1'
like 'CN by line' "$(openssl x509 -in nodes/cp-7-admin.pem -noout -subject)" 'O = kubeadm:cluster-admins, CN = admin-7$'
like 'profile by line' "$(openssl x509 -in nodes/cp-7-kubelet.pem -noout -ext extendedKeyUsage)" '^    TLS Web Client Authentication$'
is 'kept keys are kept' "$(openssl x509 -in nodes/cp-3-admin.pem -noout -pubkey)" "$(openssl pkey -in k2048 -pubout)"
is 'nothing else lies about' "$(find nodes -name '.*' -type f)" ''
refuses 1 'plan.json: line [0-9]+: |nodes/.*is there already' plan plan.json
exits 0 '--force' plan plan.json --force
rm -rf nodes; mkdir nodes
n=0
while IFS='~' read -r code filter re; do
	jq "$filter" plan.json >bad.json
	n=$((n + 1))
	WHAT="one bad line: $re" refuses "$code" "$re" plan bad.json
done <<'END'
1~.[119].out = .[0].out~nodes/cp-0-apiserver.*: two certificates of the plan would use this file \(lines [0-9]+ and [0-9]+\)
1~.[117].out = "nodes/x" | .[118].out = "nodes/x-key"~nodes/x-key.pem: two certificates of the plan would use this file
1~.[119].out = "elsewhere/x"~elsewhere/x.*directory cannot be written to
1~del(.[119].out)~bad.json: line [0-9]+: there is no "out"
1~del(.[117].csr_file)~bad.json: line [0-9]+: give "csr" or "csr_file"
1~.[118].csr_file = "x.json"~bad.json: line [0-9]+: give "csr" or "csr_file"
1~.[117].csr_file = "none.json"~bad.json: line [0-9]+: none.json: cannot be opened
1~.[118].csr.hosts = ["a b"]~bad.json: line [0-9]+: the host "a b"
5~.[118].csr.key = {"algo":"rsa","size":1024}~bad.json: line [0-9]+: RSA keys below 2048 bits
5~.[118].csr.ca = {}~bad.json: line [0-9]+: a "ca" section
5~.[118].profile = "kubernetes2"~bad.json: line [0-9]+: .*ca-config.json: there is no profile "kubernetes2"
1~.[119].key = "nokey"~bad.json: line [0-9]+: nokey: cannot be opened
5~.[119].key = "k1024"~bad.json: line [0-9]+: k1024: an RSA key of 1024 bits is too weak
1~.[119].key = "nodes/cp-1-kubelet-key.pem"~bad.json: line [0-9]+: nodes/cp-1-kubelet-key.pem: cannot be opened
1~.[119].hosts = "x"~bad.json: line [0-9]+: the plan has an unknown field "hosts"
1~.[119].hostname = "a,,b"~bad.json: line [0-9]+: .*admin-csr.json: a host is empty
1~.[119] = "x"~bad.json: line [0-9]+: "plan" must be of type object, it is string
1~{a:1}~bad.json: line 1: "plan" must be of type array
1~[]~bad.json: the plan lists 0 certificates
END
is 'and nothing is written' "$(find nodes -type f)" ''
exits 0 'a plan on standard input' bash -c "jq '.[:3]' plan.json | '$C' issue --plan - --ca ec.pem --ca-key ec-key.pem --config '$CONF/ca-config.json' --quiet"
is 'is quiet' "$out$err" ''

# A run that is ended leaves whole files, and nothing half done beside them.
rm -rf nodes; mkdir nodes
jq -n '[range(3000) | {csr: {CN: "n-\(.)"}, key: "kprime256v1", out: "nodes/n-\(.)"}]' >many.json
"$C" issue --plan many.json --ca ec.pem --ca-key ec-key.pem >out 2>err & # not the function: $! would be a subshell's
pid=$!
while kill -0 "$pid" 2>/dev/null && [ -z "$(find nodes -name '*.pem' -print -quit)" ]; do sleep 0.1; done
kill "$pid" 2>/dev/null
wait "$pid" 2>/dev/null
is 'a run that is ended' "$?" 143
ok 'had begun and was not done' sh -c '[ "$(ls nodes | wc -l)" -gt 0 ] && [ "$(ls nodes | wc -l)" -lt 6000 ]'
is 'nothing lies beside its files' "$(find nodes -name '.*' -type f)" ''
ok 'each of them is whole' sh -c 'for f in nodes/*.pem; do openssl x509 -in $f -noout || exit 1; done'

done_testing
