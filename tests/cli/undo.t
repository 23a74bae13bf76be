#!/bin/bash
# SPDX-License-Identifier: MIT
# undo: brings back every byte, owner, mode, time and attribute; where somebody changed a file since, it asks for --force.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
cluster
undo() { "$C" undo --root "$T/node" "$@"; }
# was: the manifest without our own state, which undo may keep
was() { "$LIB/manifest" --exclude var/lib/certrescue "$T/node"; }
as_before() {
	if diff <(grep -v '^/var/lib/certrescue' "$T/node.was") <(was) >"$T/diff"; then tap 0 "$1"; else
		tap 1 "$1"
		note "$(head -20 "$T/diff")"
	fi
}

# --- nothing to take back
fresh
WHAT='where nothing was done there is nothing to undo' refuses 2 'no rescue' undo
unchanged 'and nothing is done'
run undo 20200101T000000Z
like 'an id of no rescue: exit 1 or 2' "$code" '^[12]$'
like 'the id is named' "$err" '20200101T000000Z'
unchanged 'and nothing is done'
WHAT='an id that is none' refuses 64 'not the id' undo ../../../etc
WHAT='two ids' refuses 64 '' undo 20200101T000000Z 20200101T000001Z
WHAT='no node there' refuses 1 'nowhere' "$C" undo --root "$T/nowhere"
unchanged 'and nothing is done'

# --- there and back
chmod 0640 "$T/node$K/scheduler.conf"; chown 0:1000 "$T/node$K/scheduler.conf" 2>/dev/null
setfattr -n user.note -v 'from the operator' "$T/node$K/admin.conf" 2>/dev/null && attr=1 || attr=''
touch -d '2021-02-03 04:05:06.123456789' "$T/node$P/apiserver.crt"
remember
cp -a "$T/node" "$T/changed"
exits 0 'renewed' renew
id=$(ids)
[ -z "$attr" ] || is 'the new file has the attribute too' "$(getfattr --only-values -n user.note "$T/node$K/admin.conf" 2>/dev/null)" 'from the operator'
is 'and mode and owner' "$(stat -c '%a %u:%g' "$T/node$K/scheduler.conf")" "$(awk -F'\t' -v p="$K/scheduler.conf" '$1 == p { print $3, $4 }' "$T/node.was")"
isnt 'something changed' "$(was | sha256sum)" "$(grep -v '^/var/lib/certrescue' "$T/node.was" | sha256sum)"
exits 0 'undo' undo
like 'says which rescue' "$out" "$id"
as_before 'every byte, owner, mode, time and attribute is as before, of directories too'
exits 4 'check finds the old certificates' "$C" check --root "$T/node" --quiet
WHAT='a second undo has nothing to do' refuses 2 'no rescue' undo
as_before 'and does nothing'
WHAT='nor has it by id' refuses '2' "$id" undo "$id"
as_before 'and does nothing'
exits 0 'a node that was taken back can be renewed again' renew
ok 'openssl finds it good' "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/changed" --key new "$T/node"
exits 0 'and taken back again' undo
as_before 'to what it was'

# --- by id, and in order
fresh
exits 0 'a first rescue' renew --validity 24h
first=$(ids)
was >"$T/mid"
sleep 1
exits 0 'a second, since a day is too short' renew
exits 0 'undo takes back the newest' undo
if diff "$T/mid" <(was) >"$T/diff"; then pass 'to what was between the two'; else fail 'to what was between the two' "$(head "$T/diff")"; fi
exits 0 'undo ID the first' undo "$first"
as_before 'to the beginning'
fresh
exits 0 'two rescues again' renew --validity 24h
first=$(ids)
sleep 1
exits 0 'the second' renew
remember
WHAT='the older of two is refused: its files changed since' refuses 5 "$P/apiserver.crt" undo "$first"
unchanged 'nothing was done'

# --- changed since
fresh
exits 0 'renewed' renew
echo '# by hand' >>"$T/node$K/admin.conf"
cp "$T/node.was" "$T/original"
remember
WHAT='a file changed since: refused, and named' refuses 5 "$K/admin.conf" undo
like 'with what to do' "$err" '\-\-force'
unlike 'others are not named' "$err" 'apiserver.crt'
unchanged 'nothing was done, not even to the others'
exits 0 'undo --force' undo --force
mv "$T/original" "$T/node.was"
as_before 'takes back that one too'
fresh
exits 0 'renewed' renew
rm "$T/node$P/apiserver.key"
remember
WHAT='a file that is gone: refused, and named' refuses 5 "$P/apiserver.key" undo
unchanged 'nothing was done'

# --- the state was tampered with
fresh
exits 0 'renewed' renew
id=$(ids)
printf 'rubbish' >"$T/node/var/lib/certrescue/$id/commit"
remember
run undo
like 'a damaged record is refused' "$code" '^[135]$'
like 'and named' "$err" "/var/lib/certrescue/$id"
unchanged 'nothing was done'
fresh
exits 0 'renewed' renew
id=$(ids)
for f in "$T/node/var/lib/certrescue/$id/new"/*; do [ -L "$f" ] || echo x >>"$f"; done
remember
run undo
isnt 'damaged backups are not put in place' "$code" 0
like 'and named' "$err" "certrescue/$id|/etc/kubernetes"
unchanged 'nothing was done'

# --- resume
fresh
WHAT='resume where nothing was interrupted' refuses 2 'interrupted' "$C" resume --root "$T/node"
unchanged 'nothing was done'

done_testing
