#!/bin/bash
# SPDX-License-Identifier: MIT
# The tests' own tools: a good node is found good, each single fault is found, disks hold what was put on them.
. "$(dirname "$0")/tap.sh"
export SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/nonexistent	# "openssl x509" reads the host's whole trust store each time
now=$(date +%s)

# --- fixtures: a node that expired, and the same node as a correct rescue leaves it, both made by openssl -------------
ok 'make-node makes an expired node, its CA keys elsewhere' \
	"$LIB/make-node" --key p256 --expired-days 400 --out "$T/before" --ca-out "$T/ca"
ok 'make-node makes the same cluster with a new year' "$LIB/make-node" --key p256 --expired-days -300 --out "$T/fresh"
renewed() { # DIR: $T/before with the fresh leaves
	local d=$1 f k data
	cp -a "$T/before" "$d"
	for f in apiserver apiserver-kubelet-client front-proxy-client apiserver-etcd-client etcd/server etcd/peer etcd/healthcheck-client; do
		cat "$T/fresh/etc/kubernetes/pki/$f.crt" >"$d/etc/kubernetes/pki/$f.crt"
	done
	for f in etc/kubernetes/{admin,super-admin,controller-manager,scheduler}.conf root/.kube/config home/alice/.kube/config; do
		data=$(grep certificate-authority-data "$d/$f")
		awk -v ca="$data" '/certificate-authority-data/ { print ca; next } { print }' "$T/fresh/$f" >"$T/conf"
		cat "$T/conf" >"$d/$f"
	done
	k=var/lib/kubelet/pki
	f=$(readlink "$T/fresh/$k/kubelet-client-current.pem")
	cp -a "$T/fresh$f" "$d$f"
	ln -sfn "$f" "$d/$k/kubelet-client-current.pem"
	cat "$T/fresh/$k/kubelet.crt" >"$d/$k/kubelet.crt"
	cat "$T/fresh/$k/kubelet.key" >"$d/$k/kubelet.key"
}
renewed "$T/good"
judge() { "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/before" "$@"; }

ok 'a renewed node is found good' judge "$T/good"
like 'its verdict says so' "$out" '^verify-node: GOOD: all 20 checked'
ok 'a node that has not expired is found good without a before' "$LIB/verify-node" "$T/fresh"
ok 'kept keys are accepted where they were to be kept' judge --key keep "$T/good"
exits 1 'kept keys are found where new ones were wanted' judge --key new "$T/good"
like 'and named' "$out" 'apiserver.crt .*has the old key|has the old key'
exits 1 'the expired node is found bad' judge "$T/before"
like 'each expired certificate is named' "$(grep -c '^WRONG' <<<"$out")" '^15$'
exits 1 'a time before the start is found' judge --now $((now - 150 * 86400)) "$T/good"
exits 1 'the CA of another cluster is found' bash -c '"$1"/make-node --key p256 --seed b --out "$2/other" --ca-out "$2/otherca" &&
	"$1"/verify-node --quiet --ca "$2/otherca" --before "$2/before" "$2/good"' sh "$LIB" "$T"
like 'and named' "$out" 'is not the offline CA'

# --- one fault each -----------------------------------------------------------------------------------------------------
P=etc/kubernetes/pki
Q=var/lib/kubelet/pki
# The faults of one group touch different files and are judged in one go; each must be named, and nothing else.
wants=() whats=()
group() { rm -rf "$T/bad"; cp -a "$T/good" "$T/bad"; wants=() whats=(); }
fault() { # REGEX WHAT COMMANDS: run in the node's root; the verdict on a path must match "PATH.*REASON"
	wants+=("$1") whats+=("$2")
	(cd "$T/bad" && eval "$3") >/dev/null 2>"$T/fault.err" || note "not made: $2: $(<"$T/fault.err")"
}
judged() {
	local i lines
	run judge "$T/bad"
	lines=$(awk '/^ +- / { l = l " " $0; next } { if (l != "") print l; l = $0 } END { print l }' <<<"$out")
	for i in "${!wants[@]}"; do like "found: ${whats[i]}" "$lines" "^WRONG.*${wants[i]}"; done
	is "and no other in this group (exit $code)" "$code $(grep -c '^WRONG' <<<"$lines")" "1 ${1:-${#wants[@]}}"
}
# sign NAME SUBJECT EXTENSIONS...: signs pki/NAME.crt anew with the cluster CA, its own key and these extensions
sign() {
	local n=$1 s=$2
	shift 2
	printf '%s\n' subjectKeyIdentifier=none "$@" >"$T/ext"	# newer "openssl x509" would add one
	openssl req -new -key "$P/$n.key" -subj "$s" -config <(printf '[req]\ndistinguished_name=d\nstring_mask=%s\n[d]\n' "${MASK:-MASK:0x2002}") |
		openssl x509 -req -CA "$P/ca.crt" -CAkey "$T/ca/kubernetes/ca.key" -set_serial 0x${SERIAL:-1234567890} -days 300 -extfile "$T/ext" -out "$T/signed"
	cat "$T/signed" >"$P/$n.crt"
}
client=('keyUsage=critical,digitalSignature,keyEncipherment' extendedKeyUsage=clientAuth 'basicConstraints=critical,CA:FALSE' authorityKeyIdentifier=keyid)
kc=apiserver-kubelet-client
kcs=/O=kubeadm:cluster-admins/CN=kube-apiserver-kubelet-client
rm -rf "$T/bad"; cp -a "$T/good" "$T/bad"
(cd "$T/bad" && sign $kc $kcs "${client[@]}") 2>/dev/null
ok '(a certificate signed anew without a fault is found good)' judge "$T/bad"


group
fault "$kc.*no clone" 'changed organisation' "sign $kc /O=system:masters/CN=kube-apiserver-kubelet-client \"\${client[@]}\""
fault 'apiserver.crt.*public keys differ' 'a key that does not match' "cat $P/etcd/peer.key >$P/apiserver.key"
fault 'etcd/peer.crt.*expired' 'one expired certificate' "cat '$T/before/$P/etcd/peer.crt' >$P/etcd/peer.crt"
fault 'current.pem.*no symbolic link' 'a plain file in the place of the kubelet link' \
	"cp -pL ./\$(readlink $Q/kubelet-client-current.pem) x; rm $Q/kubelet-client-current.pem; mv x $Q/kubelet-client-current.pem; rm $Q/kubelet-client-20[0-9]*; cp -pr $T/before/$Q/kubelet-client-20* $Q"
fault 'scheduler.conf.*CA is not the one' 'a kubeconfig with the CA of another cluster' \
	"sed -i \"s/authority-data:.*/authority-data: \$(base64 -w0 '$T/otherca/kubernetes/ca.crt')/\" etc/kubernetes/scheduler.conf"
fault 'everything else.*webhook.crt' 'a touched certificate of another issuer' "cat $P/apiserver.crt >$P/webhook.crt"
judged

group
fault "$kc.*no clone" 'changed order in the subject' "sign $kc /CN=kube-apiserver-kubelet-client/O=kubeadm:cluster-admins \"\${client[@]}\""
fault 'apiserver.crt.*key cannot be read' 'a truncated key' "truncate -s 100 $P/apiserver.key"
fault 'etcd/server.crt.*no certificate' 'a truncated certificate' "truncate -s 300 $P/etcd/server.crt"
fault 'current.pem.*points to kubelet' 'a relative kubelet link' "ln -sfn \$(basename \$(readlink $Q/kubelet-client-current.pem)) $Q/kubelet-client-current.pem"
fault 'everything else.*was: /etc/kubernetes/pki/sa.key' 'a new service account key' "cat $P/apiserver-etcd-client.key >$P/sa.key"
fault 'admin.conf.*public keys differ' 'a kubeconfig with another key' \
	"sed -i \"s/client-key-data:.*/client-key-data: \$(base64 -w0 $P/etcd/peer.key)/\" etc/kubernetes/admin.conf"
judged

group
fault "$kc.*no clone" 'changed string type in the subject' "MASK=utf8only sign $kc $kcs \"\${client[@]}\""
fault 'apiserver.crt.*mode 600, is 644' 'a key that others can read' "chmod 644 $P/apiserver.key"
fault 'front-proxy-client.crt.*is missing' 'a missing certificate' "rm $P/front-proxy-client.crt"
fault 'current.pem.*mode 644' 'a kubelet pem that others can read' "chmod 644 ./\$(readlink $Q/kubelet-client-current.pem)"
fault 'everything else.*was: /etc/kubernetes/manifests/etcd.yaml' 'a manifest with another time' 'touch etc/kubernetes/manifests/etcd.yaml'
judged

group
fault "$kc.*no clone" 'an added name' "sign $kc $kcs \"\${client[@]}\" subjectAltName=DNS:evil"
fault 'apiserver.crt.*mode 644, is 600' 'a certificate of another mode' "chmod 600 $P/apiserver.crt"
fault 'current.pem.*not certificate then key' 'a kubelet pem without its key' "f=.\$(readlink $Q/kubelet-client-current.pem); sed -i '/BEGIN EC/,\$d' \$f"
fault 'admin.conf.*more than its data' 'a kubeconfig that lost more than its data' "sed -i 's/^preferences.*//' etc/kubernetes/admin.conf"
fault 'everything else.*is:  /etc/kubernetes/pki/leftover' 'a file left behind' "touch $P/leftover"
judged

group
fault "$kc.*no clone" 'a missing extension' "sign $kc $kcs \"\${client[@]:0:2}\" \"\${client[3]}\""
fault 'apiserver.crt.*chain' 'a certificate of another CA' "cat $P/etcd/server.crt >$P/apiserver.crt; cat $P/etcd/server.key >$P/apiserver.key"
fault 'kubelet.crt.*public keys differ' 'a kubelet serving key that does not match' "cat $P/apiserver.key >$Q/kubelet.key"
judged

group
fault "$kc.*no clone" 'another criticality' "sign $kc $kcs \"\${client[@]/extendedKeyUsage=/extendedKeyUsage=critical,}\""
fault 'certrescue.*holds the private key of ca' 'a CA key left on the node' "mkdir -p var/lib/certrescue/1; cp '$T/ca/kubernetes/ca.key' var/lib/certrescue/1/x"
if [ "$(id -u)" = 0 ]; then
	fault 'alice.*owned by 1000:1000, is by 0:0' 'another owner' 'chown 0:0 home/alice/.kube/config'
else
	skip 'not root: everything has one owner here' 'found: another owner'
fi
judged

group
fault "$kc.*no clone" 'another order of the extensions' "sign $kc $kcs \"\${client[1]}\" \"\${client[0]}\" \"\${client[@]:2}\""
judged
group
fault "$kc.*no clone" 'CA:TRUE in a leaf' "sign $kc $kcs \"\${client[@]/CA:FALSE/CA:TRUE}\""
judged
group
fault "$kc.*serial number of the old" 'the old serial number' \
	"SERIAL=\$(openssl x509 -in '$T/before/$P/$kc.crt' -noout -serial | cut -d= -f2) sign $kc $kcs \"\${client[@]}\""
judged
group
fault '/ca.crt.*another key than before' 'a CA that changed its key, and all that hangs on it' "cat '$T/otherca/kubernetes/ca.crt' >$P/ca.crt"
judged 11

# --- the styles of kubeadm ----------------------------------------------------------------------------------------------
for style in 1.20 1.29 1.33 1.36; do
	ok "style $style: a node that has not expired is good" bash -c '"$1"/make-node --key p384 --style '$style' --expired-days -10 --out "$2" &&
		"$1"/verify-node --quiet "$2"' sh "$LIB" "$T/style-$style"
done
is 'style 1.20 names system:masters' "$(openssl x509 -in "$T/style-1.20/$P/$kc.crt" -noout -subject -nameopt RFC2253)" \
	'subject=CN=kube-apiserver-kubelet-client,O=system:masters'
is 'style 1.36 has no organisation there' "$(openssl x509 -in "$T/style-1.36/$P/$kc.crt" -noout -subject -nameopt RFC2253)" \
	'subject=CN=kube-apiserver-kubelet-client'
unlike 'no leaf carries a subject key id' "$(openssl x509 -in "$T/good/$P/apiserver.crt" -noout -text)" 'Subject Key Identifier'

# --- disks --------------------------------------------------------------------------------------------------------------
"$LIB/manifest" "$T/before" >"$T/tree.list"
[ "$(id -u)" = 0 ] && tree() { cat "$T/tree.list"; } ||
	tree() { awk -F'\t' -v OFS='\t' '{ $4 = $1 ~ /^\/home\/alice/ ? "1000:1000" : "0:0"; print }' "$T/tree.list"; }
for table in gpt none; do
	ok "an ext4 disk ($table)" "$LIB/make-disk" --from "$T/before" --table $table --size 64M --out "$T/disk"
	"$LIB/read-disk" "$T/disk" --list >"$T/disk.list"
	cut -f1-7 "$T/disk.list" >"$T/a"; tree | cut -f1-7 >"$T/b"
	same "holds the tree: modes, owners, times ($table)" "$T/a" "$T/b"
done
ok 'verify-node reads a disk' "$LIB/verify-node" --quiet --now $((now - 410 * 86400)) "$T/disk"
ok 'a vfat medium' bash -c 'echo geheim >"$2/pass" && "$1"/make-medium --ca "$2/ca" --out "$2/medium" --encrypt "$2/pass" --rounds 2000 &&
	"$1"/make-disk --fs vfat --table mbr --from "$2/medium" --out "$2/stick"' sh "$LIB" "$T"
"$LIB/read-disk" "$T/stick" --cat /ca/kubernetes/etcd/ca.key >"$T/key"
like 'holds an encrypted key' "$(openssl asn1parse -in "$T/key")" 'PBES2'
like 'of AES-256-CBC and HMAC-SHA256' "$(openssl asn1parse -in "$T/key")" 'hmacWithSHA256.*|aes-256-cbc'
is 'that the passphrase opens' "$(openssl pkey -in "$T/key" -passin "file:$T/pass" -pubout)" "$(openssl pkey -in "$T/ca/kubernetes/etcd/ca.key" -pubout)"
if command -v mkfs.xfs >/dev/null; then
	ok 'an xfs disk' "$LIB/make-disk" --fs xfs --from "$T/before" --out "$T/disk"
	"$LIB/read-disk" "$T/disk" --list | cut -f1,2,4,5,7 >"$T/a"
	tree | cut -f1,2,4,5,7 >"$T/b"
	same 'holds the tree: owners, contents' "$T/a" "$T/b"
else
	skip 'no mkfs.xfs (package xfsprogs)' 'an xfs disk'
	skip 'no mkfs.xfs (package xfsprogs)' 'holds the tree'
fi

# --- the manifest ---------------------------------------------------------------------------------------------------------
cp -a "$T/before" "$T/copy"
"$LIB/manifest" "$T/copy" >"$T/copy.list"
same 'a faithful copy has the same manifest' "$T/tree.list" "$T/copy.list"
touch -d '2001-02-03 04:05:06.789' "$T/copy/etc/hosts"
isnt 'a changed time is seen' "$("$LIB/manifest" "$T/copy")" "$(cat "$T/tree.list")"
is 'and can be left out' "$("$LIB/manifest" --no-mtime "$T/copy")" "$("$LIB/manifest" --no-mtime "$T/before")"
mkdir -p "$T/copy/var/lib/certrescue/x"
touch -r "$T/before/etc/hosts" "$T/copy/etc/hosts"
is 'a path can be left out' "$("$LIB/manifest" --no-dir-mtime --exclude /var/lib/certrescue "$T/copy")" "$("$LIB/manifest" --no-dir-mtime "$T/before")"

# --- the corpus of certificates -------------------------------------------------------------------------------------------
corpus() { printf '%b\n' "$1" >"$T/corpus.txt"; rm -rf "$T/corpus"; run "$LIB/make-certificates" "$T/corpus.txt" "$T/corpus"; }
good='case a\nwhat W.\ncert c by c\n\tsubject = seq{set{seq{oid{2.5.4.3} print{"x y"}}}}\n\text = seq{oid{2.5.29.17} oct{seq{dns{"d"} ip{0a000001}}}}\n'
end='ask c\nwant yes r\ngo yes'
corpus "$good$end"
is 'a certificate is made' "$code" 0
is 'openssl reads in it what was written' "$(openssl x509 -inform DER -in "$T/corpus/a/c.der" -noout -subject -ext subjectAltName | tr -d ' \n')" \
	'subject=CN=xyX509v3SubjectAlternativeName:DNS:d,IPAddress:10.0.0.1'
openssl x509 -inform DER -in "$T/corpus/a/c.der" -out "$T/c.pem"
ok 'and finds its signature good' openssl verify -check_ss_sig -CAfile "$T/c.pem" "$T/c.pem"
is 'its place is in the question' "$(cut -f3 "$T/corpus/cases.tsv")" "$T/corpus/a/c.der"
corpus "${good}\tserial = int~{01}\n$end"
like 'a length that is not minimal' "$(od -An -v -tx1 "$T/corpus/a/c.der" | tr -d ' \n')" 'a00302010202810101'
corpus "${good}\tsig = 00 \$SIG 00\n$end"
openssl x509 -inform DER -in "$T/corpus/a/c.der" -out "$T/c.pem"
not_ok 'a signature with something behind it is no good one' openssl verify -check_ss_sig -CAfile "$T/c.pem" "$T/c.pem"
corpus "${good}\tserial = nothing{01}\n$end"; is 'an element that does not exist' "$code:${err##*: }" 1:nothing
corpus "${good}want yes r\ngo yes"; is 'a case without a question' "$code:${err##*: }" '1:case a is not complete'
corpus "${good}$end\n$good$end"; is 'a case that comes twice' "$code:${err##*: }" '1:case a comes twice'
corpus "${good}sh false\n$end"; like 'a command that fails' "$code:$err" '^1:.*a: its sh lines fail'

# --- TAP itself ---------------------------------------------------------------------------------------------------------
tapfile() { printf '#!/bin/bash\n. %q/tap.sh\n%s\n' "$LIB" "$1" >"$T/x.t"; run bash "$T/x.t"; }
tapfile 'is a 1 1; done_testing'; is 'a passing file exits 0' "$code" 0
tapfile 'is a 1 2; done_testing'; is 'a failing file exits 1' "$code" 1
tapfile 'is a 1 1'; is 'a file that ends early exits 1' "$code" 1
tapfile 'refuses 5 clock bash -c "echo clock >&2; exit 5"; done_testing'; is 'refuses wants the code and the sentence' "$code" 0
tapfile 'refuses 5 clock bash -c "echo other >&2; exit 5"; done_testing'; is 'and fails on another sentence' "$code" 1
tapfile 'not_ok crash bash -c "kill -SEGV \$\$"; done_testing'; is 'a crash is never an expected failure' "$code" 1
done_testing
