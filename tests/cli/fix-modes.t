#!/bin/bash
# SPDX-License-Identifier: MIT
# renew --fix-modes: modes and owners of key files are mended with the rescue, or alone where nothing is due; undo gives
# the old ones back; nothing else is touched.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"

"$LIB/make-node" --key p256 --out "$T/base" --expired-days -200 --ca-out "$T/ca" || bail 'make-node failed'
"$LIB/make-node" --key p256 --out "$T/expired" --ca-out "$T/ca2" || bail 'make-node failed'
echo secret >"$T/pass"
"$LIB/make-medium" --ca "$T/ca" --out "$T/medium" --encrypt "$T/pass" --rounds 1000
"$LIB/make-medium" --ca "$T/ca2" --out "$T/medium2"
N=$T/node current=/var/lib/kubelet/pki/kubelet-client-current.pem
root=''
[ "$(id -u)" != 0 ] || root=1
loosen() {
	chmod 0644 "$N$P/apiserver.key" "$N$P/sa.key"
	chmod 0640 "$N$K/admin.conf" "$N$(readlink "$N$current")"
	chmod 0604 "$N/home/alice/.kube/config"
	chmod 0666 "$N$P/ca.crt"
	chmod 0440 "$N$P/etcd/peer.key"
	[ -z "$root" ] || chown 1234:1234 "$N$P/etcd/server.key"
	remember
}
mode() { stat -c '%a' "$N$1"; }
verify() { "$C" verify --root "$N" "$@"; }
undo() { "$C" undo --root "$N" "$@"; }
# lines: path, mode, owner, time, digest of every file but our own state
lines() { "$LIB/manifest" --exclude var/lib/certrescue --no-dir-mtime "$N" | cut -f1,3,4,6,7; }
as_before() {
	if diff <(grep -v '^/var/lib/certrescue' "$T/node.was") <("$LIB/manifest" --exclude var/lib/certrescue "$N") >"$T/diff"; then
		tap 0 "$1"
	else
		tap 1 "$1"
		note "$(head -20 "$T/diff")"
	fi
}

# --- nothing is due
fresh
loosen
WHAT='without --fix-modes there is nothing to do' refuses 2 'no certificate of this node is due' renew
unchanged 'and nothing is done'
exits 0 'the plan' renew --fix-modes --dry-run
like 'in text: the file, what it has and gets' "$out" '^mode +pki/apiserver.key +0644 becomes 0600$'
[ -z "$root" ] || like 'the owner' "$out" '^mode +pki/etcd/server.key +0600 becomes 0600; owner 1234:1234 becomes 0:0$'
like 'their number' "$out" "^0 to renew, [0-9]+ to keep, 0 refused, ${root:+7}${root:-6} modes to mend|^0 to renew.*, [67] modes to mend"
unlike 'what holds no key is not in it' "$out" '^mode .*ca.crt'
exits 0 'the plan in JSON' renew --fix-modes --dry-run --format json
json 'a mode, old and new' ".modes[] | select(.path == \"$P/sa.key\") | .old_mode == \"0644\" and .new_mode == \"0600\" and .old_owner == .new_owner"
json 'nothing is renewed' '.renewed == 0'
exits 0 'a drill' renew --fix-modes --dry-run --drill
unchanged 'plan and drill change nothing'
lines >"$T/before"
exits 0 'modes alone are mended: exit 0, and no passphrase is asked for' renew --fix-modes
like 'the last words' "$out" 'done: 0 renewed, .*, [67] modes mended'
like 'every file was looked at again' "$out" 'read again from the disk: every key file has its new mode'
is 'a key' "$(mode "$P/apiserver.key")" 600
is "the service accounts' key" "$(mode "$P/sa.key")" 600
is 'a kubeconfig' "$(mode "$K/admin.conf")" 600
is "the kubelet's" "$(mode "$(readlink "$N$current")")" 600
is 'what is stricter than it must be stays so' "$(mode "$P/etcd/peer.key")" 400
is 'the CA certificate, which is no key, stays as it was' "$(mode "$P/ca.crt")" 666
[ -z "$root" ] || is 'the owner' "$(stat -c %u:%g "$N$P/etcd/server.key")" 0:0
[ -z "$root" ] || is "at home the owner stays" "$(stat -c %u:%g "$N/home/alice/.kube/config")" 1000:1000
lines >"$T/after"
is 'no byte and no time of a file changed' "$(cut -f1,4,5 "$T/after" | sha256sum)" "$(cut -f1,4,5 "$T/before" | sha256sum)"
chmod 0644 "$N$P/ca.crt"
exits 0 'verify finds nothing any more' verify
chmod 0666 "$N$P/ca.crt"
WHAT='a second time there is nothing to do' refuses 2 'no certificate of this node is due' renew --fix-modes
id=$(ids)
jq -e '.modes | length >= 6' "$T/medium/reports/cp-1/$id/report.json" >/dev/null && pass 'the report has them' || fail 'the report has them'
like 'the report for people too' "$(cat "$T/medium/reports/cp-1/$id/report.txt")" '^mode +pki/sa.key +0644 becomes 0600$'
like 'exit 0 in it' "$(cat "$T/medium/reports/cp-1/$id/report.txt")" 'RESULT renew exit=0 node=cp-1 renewed=0 '
like 'the ledger says which files' "$(jq -r 'select(.kind == "plan") | .modes[].path' "$T/medium/ledger/kubernetes.jsonl")" "^$P/sa.key$"
is 'with its result' "$(jq -r 'select(.kind == "result") | .exit' "$T/medium/ledger/kubernetes.jsonl")" 0
exits 0 'undo' undo
as_before 'brings back modes, owners and times'

# --- with a rescue
cp -a "$T/medium2/." "$T/medium/" # the expired node's CA instead
rm -rf "$T/medium/ca" && cp -a "$T/medium2/ca" "$T/medium/"
rm -rf "$T/base" && mv "$T/expired" "$T/base"
fresh
loosen
exits 0 'an expired node is renewed without --fix-modes' renew
is 'modes are kept then' "$(mode "$P/apiserver.key") $(mode "$K/admin.conf") $(mode "$P/sa.key")" '644 640 644'
exits 0 'undo' undo
as_before 'all is back'
cp -a "$N" "$T/was"
exits 0 'the same with --fix-modes' renew --fix-modes
like 'both are said' "$out" 'done: 15 renewed, .*, [67] modes mended'
is 'a renewed key' "$(mode "$P/apiserver.key")" 600
is 'a kubeconfig' "$(mode "$K/admin.conf")" 600
is 'one that is not renewed' "$(mode "$P/sa.key")" 600
is "the kubelet's new file" "$(mode "$(readlink "$N$current")")" 600
old=$(readlink "$T/was$current")
is 'and its old one' "$(mode "$old")" 600
chmod 0644 "$N$P/ca.crt"
exits 0 'verify finds nothing' verify
ok 'openssl finds it good' "$LIB/verify-node" --quiet --ca "$T/ca2" "$N"
chmod 0666 "$N$P/ca.crt"
exits 0 'undo' undo
as_before 'brings back certificates, keys and modes'

# --- the strict profile
fresh
cp "$ROOT/conf/compliance.conf" "$T/medium/certrescue.conf"
rm "$N$P/apiserver.key" # then it gets a new one
remember
exits 0 'renewed with key_mode 0400' renew
is 'a new key file has it' "$(mode "$P/apiserver.key")" 400
is "so has the kubelet's new one" "$(mode "$(readlink "$N$current")")" 400
is 'a replaced one keeps its mode' "$(mode "$P/etcd/peer.key")" 600
exits 4 'verify minds' verify --media "$T/medium"
exits 0 '--fix-modes when nothing is due any more' renew --fix-modes
is 'now it has it' "$(mode "$P/etcd/peer.key")" 400
is 'a kubeconfig too' "$(mode "$K/admin.conf")" 400
is "but what kubectl writes to may be 0600" "$(mode /root/.kube/config)" 600
exits 0 'the strict profile finds nothing' verify --media "$T/medium"
exits 0 'undo' undo
exits 0 'undo, the rescue' undo
as_before 'all is as before'
if [ -n "$root" ]; then
	fresh
	printf 'keys:x:777:777::/:/sbin/nologin\n' >>"$N/etc/passwd"
	printf 'key_owner: keys\n' >"$T/medium/certrescue.conf"
	exits 0 'key_owner: a name of the node' renew --fix-modes
	is 'has the keys then' "$(stat -c %u "$N$P/sa.key") $(stat -c %u "$N$P/apiserver.key") $(stat -c %u "$N$P/ca.crt")" '777 777 0'
else
	skip 'root only' 'key_owner'
fi
rm -f "$T/medium/certrescue.conf"

# --- what widens a mode again
fresh
if setfacl -m u:1234:r "$N$P/sa.key" 2>/dev/null; then
	remember
	exits 0 'a key with an access list' renew --fix-modes
	is 'gets its mode' "$(mode "$P/sa.key")" 600
	is 'and no list' "$(getfacl -cp "$N$P/sa.key" | grep -c 1234)" 0
	exits 0 'undo' undo
	like 'the list is back' "$(getfacl -cp "$N$P/sa.key")" '^user:1234:r--$'
else
	skip 'no access lists here (acl)' 'a key with an access list'
fi

# --- what stands in the way
fresh
loosen
exits 0 'mended' renew --fix-modes
chmod 0640 "$N$P/sa.key"
WHAT='undo sees that somebody changed a mode since' refuses 5 "changed since the rescue: $P/sa.key" undo
is 'and does nothing' "$(mode "$P/sa.key") $(mode "$K/admin.conf")" '640 600'
exits 0 'undo --force' undo --force
as_before 'brings all back'
fresh
loosen
if [ -n "$root" ] && chattr +i "$N$P/sa.key" 2>/dev/null; then
	WHAT='an immutable key' refuses 1 "$P/sa.key: .*immutable.*chattr" renew --fix-modes
	chattr -i "$N$P/sa.key"
	unchanged 'nothing is done by half'
else
	skip 'no chattr here' 'an immutable key'
fi
ln "$N$P/sa.key" "$N$K/sa.key.too"
exits 0 'a key with two names' renew --fix-modes
is 'both are mended' "$(mode "$P/sa.key") $(mode "$K/sa.key.too")" '600 600'
for i in $(seq 1001); do echo "-----BEGIN PRIVATE KEY-----"; done | (cd "$N$P" && umask 022 && split -l 1 -a 4 - many)
remember
WHAT='more keys than one rescue can take' refuses 1 '10[0-9]+ files would change, where one rescue can take 1000; nothing was changed' renew --fix-modes
unchanged 'nothing is done by half'
WHAT='--fix-modes takes no value' refuses 64 'takes no value' renew --fix-modes=0600
done_testing
