#!/bin/bash
# SPDX-License-Identifier: MIT
# A dead node comes back to life: from kernel + initramfs and from the ISO, and openssl judges its disk from outside.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/vm.sh"

SERVING=1
vm_node "$T/node"
vm_medium "$T/medium" "$T/node"

judged() { # WHAT DISK [BEFORE]
	ok "$1: openssl says that it is rescued" "$LIB/verify-node" --quiet --before "${3:-$T/node.tree}" --ca "$T/node.ca" "$2"
}

# rescued WHAT [image/run's options...]: on a fresh copy of the node and of the medium
rescued() {
	local what=$1
	shift
	cp "$T/node.img" "$T/disk.img"
	cp "$T/medium.img" "$T/stick.img"
	vm 0 "$what" --disk "$T/disk.img" --medium "$T/stick.img" "${renew[@]}" "$@"
	like "$what: the last line is for machines" "$(tail -n 1 <<<"$out")" \
		'^certrescue: RESULT renew exit=0 node=cp-1 renewed=[0-9]+ kept=[0-9]+ refused=0 until=[0-9-]+ id=[0-9TZ]+$'
	console=$out
	judged "$what" "$T/disk.img"
}

rescued 'kernel and initramfs'
like 'the state before was shown' "$console" 'EXPIRED.*etcd/server.crt'
like 'and the one after' "$console" 'All .* certificates are good'
id=$(sed -n 's/^certrescue: RESULT .* id=//p' <<<"$console")
ok 'the report is on the medium' sh -c "'$LIB/read-disk' '$T/stick.img' --cat '/reports/cp-1/$id/report.txt' | grep -q cp-1"
unlike 'the passphrase was never printed' "$console" 'a phrase for tests'
vm 2 'again: there is nothing to do' --disk "$T/disk.img" --medium "$T/stick.img" "${renew[@]}"

# --- a node that lost its power: the journal holds a block that its file does not have yet
mkdir -p "$T/cut.tree" && cp -a "$T/node.tree/." "$T/cut.tree"
echo 'written: no ' >"$T/cut.tree/root/note"
touch -d @1700000000 "$T/cut.tree/root/note"
vm_disk "$T/cut.tree" "$T/cut.img"
fs="$T/cut.img?offset=$(vm_offset "$T/cut.img")"
{ echo 'written: yes' && head -c 1011 /dev/zero; } >"$T/block"
printf 'jo\njw -b %s %s\njc\n' "$(debugfs -R 'blocks /root/note' "$fs" 2>/dev/null)" "$T/block" >"$T/commands"
ok 'debugfs writes a transaction' debugfs -w -f "$T/commands" "$fs"
like 'it waits to be replayed' "$(debugfs -R 'stats -h' "$fs" 2>/dev/null)" '^Filesystem features:.* needs_recovery'
is 'the file is the old one' "$("$LIB/read-disk" "$T/cut.img" --cat /root/note)" 'written: no '
vm_unchanged "$T/cut.img"
vm 4 'check' --disk "$T/cut.img" --medium "$T/medium.img" --arg certrescue=check
like 'check says that it may see an old state' "$out" '/dev/vda1: its journal is not replayed .* may be stale'
vm_still 'and does not replay, nor write anything' "$T/cut.img"
vm 0 'renew' --disk "$T/cut.img" --medium "$T/medium.img" "${renew[@]}"
like 'renew says that it replays' "$out" '/dev/vda1 was not unmounted cleanly: its journal is replayed'
is 'the file is the new one' "$("$LIB/read-disk" "$T/cut.img" --cat /root/note)" 'written: yes'
unlike 'nothing waits' "$(debugfs -R 'stats -h' "$fs" 2>/dev/null)" 'needs_recovery'
echo 'written: yes' >"$T/cut.tree/root/note"
touch -d @1700000000 "$T/cut.tree/root/note"
judged 'a journal to replay' "$T/cut.img" "$T/cut.tree"

rescued 'the ISO on BIOS' --iso
if [ -e /usr/share/OVMF/OVMF_CODE_4M.fd ]; then
	rescued 'the ISO on UEFI' --iso --firmware uefi
else
	skip 'no OVMF; install ovmf' 'the ISO on UEFI'
fi

# --- a medium that cannot be written to: the report goes to the console, and the node is rescued
cp "$T/node.img" "$T/disk.img"
vm_read_only "$T/medium.img"
vm_unchanged "$T/medium.img"
vm 0 'a write-protected medium' --disk "$T/disk.img" "${read_only[@]}" "${renew[@]}"
like 'with a warning' "$out" 'warning: the medium cannot be written to: no report'
judged 'a write-protected medium' "$T/disk.img"
vm_still 'the medium is as it was' "$T/medium.img"

# --- the medium's certrescue.conf instead of kernel arguments
printf 'boot:\n  certrescue: renew   # unattended\n  passphrase: fw_cfg\n' >"$T/conf"
vm_medium "$T/configured" "$T/node" --conf "$T/conf"
cp "$T/node.img" "$T/disk.img"
vm 0 'what certrescue.conf says' --disk "$T/disk.img" --medium "$T/configured.img" --passphrase-file "$T/pass"
judged 'certrescue.conf' "$T/disk.img"

# --- xfs, the whole disk without a partition table; the passphrase on a second disk
"$LIB/make-disk" --from "$T/node.tree" --out "$T/xfs.img" --fs xfs --table none
mkdir "$T/key"
cp "$T/pass" "$T/key/passphrase"
"$LIB/make-disk" --from "$T/key" --out "$T/key.img" --fs vfat --label CRPASS
cp "$T/xfs.img" "$T/disk.img"
vm 0 'xfs without a partition table, the passphrase on a second disk' --disk "$T/disk.img" --medium "$T/medium.img" \
	--disk "$T/key.img" --arg certrescue=renew --arg certrescue.passphrase=second
like 'with a warning' "$out" 'warning: the passphrase comes from a disk, /dev/vdc1'
ok 'xfs: openssl says that it is rescued' "$LIB/verify-node" --quiet --before "$T/xfs.img" --ca "$T/node.ca" "$T/disk.img"
done_testing
