#!/bin/bash
# SPDX-License-Identifier: MIT
# A rescue that was cut off is seen by every command, and led forward or back; what was cut off earlier is cleared.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"

cluster

cp -a "$T/base" "$T/new"
"$C" renew --root "$T/new" --media "$T/medium" --yes --quiet 2>/dev/null || bail "the rescue fails"
id=$(ls "$T/new/var/lib/certrescue")

# As if the power had gone in the middle of the exchanges: no done record, the first entry still old.
cut_off() { # cut_off DIR
	rm -rf "$1"
	cp -a "$T/new" "$1"
	local state=$1/var/lib/certrescue/$id target
	rm "$state/done"
	target=$1$(awk '$1 == "entry" && $5 == "000" { print $8 }' "$state/commit")
	mv "$target" "$T/aside"
	mv "$state/new/000" "$target"
	mv "$T/aside" "$state/new/000"
}
good() { "$LIB/verify-node" --quiet --before "$T/base" --ca "$T/ca" "$1"; }

cut_off "$T/n"
exits 3 'check says that a rescue is unfinished' "$C" check --root "$T/n"
like "and how to go on" "$out$err" "certrescue resume"
exits 3 'verify says it too' "$C" verify --root "$T/n"
exits 3 'a dry run touches nothing of it' "$C" renew --root "$T/n" --media "$T/medium" --dry-run
exits 0 'resume finishes it' "$C" resume --root "$T/n"
ok 'and the node is new' good "$T/n"
exits 2 'there is nothing more to resume' "$C" resume --root "$T/n"

cut_off "$T/n"
exits 2 'renew finishes it before it looks further' "$C" renew --root "$T/n" --media "$T/medium" --yes
like 'and says so' "$out" "$id was interrupted"
ok 'and the node is new' good "$T/n"

cut_off "$T/n"
exits 0 'resume --undo takes it back' "$C" resume --undo --root "$T/n"
"$LIB/manifest" --exclude /var/lib/certrescue "$T/base" | grep -v '^/var/lib	' >"$T/a"
"$LIB/manifest" --exclude /var/lib/certrescue "$T/n" | grep -v '^/var/lib	' >"$T/b"
same 'byte for byte, modes and times too' "$T/a" "$T/b"

cut_off "$T/n"
echo 'changed by somebody' >>"$T/n/etc/kubernetes/admin.conf"
exits 3 'a file that is neither old nor new stops resume' "$C" resume --root "$T/n"
like 'and is named' "$err" '/etc/kubernetes/admin.conf'

cut_off "$T/n"
printf 'x' | dd of="$T/n/var/lib/certrescue/$id/commit" bs=1 seek=40 conv=notrunc 2>/dev/null
"$LIB/manifest" "$T/n" >"$T/a"
exits 3 'a damaged commit record is not believed' "$C" resume --root "$T/n"
like 'and is named' "$err" "$id/commit: .*checksum"
"$LIB/manifest" "$T/n" >"$T/b"
same 'nothing was changed' "$T/a" "$T/b"

rm -rf "$T/n"
cp -a "$T/base" "$T/n"
mkdir -p "$T/n/var/lib/certrescue/20260101T000000Z/new"
echo staged >"$T/n/var/lib/certrescue/20260101T000000Z/new/000"
exits 0 'what was cut off before its commit record is no obstacle' \
	"$C" renew --root "$T/n" --media "$T/medium" --yes
like 'is said' "$out" '20260101T000000Z was cut off before it changed anything'
not_ok 'and is gone' test -e "$T/n/var/lib/certrescue/20260101T000000Z"

done_testing
