#!/bin/bash
# SPDX-License-Identifier: MIT
# A dead node comes back to life: from kernel + initramfs and from the ISO, and openssl judges its disk from outside.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/vm.sh"

vm_node "$T/node"
vm_medium "$T/medium" "$T/node"

judged() { # WHAT DISK
	ok "$1: openssl says that it is rescued" "$LIB/verify-node" --quiet --before "$T/node.tree" --ca "$T/node.ca" "$2"
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

# --- an ext4 that was not unmounted cleanly is replayed before the inventory
cp "$T/node.img" "$T/clean.img"
read -r _ start _ < <("$LIB/read-disk" "$T/node.img" --info)
debugfs -w -R 'feature needs_recovery' "$T/node.img?offset=$start" >/dev/null 2>&1
rescued 'a journal to replay'
like 'it is said' "$console" 'its journal is replayed'
mv "$T/clean.img" "$T/node.img"

rescued 'the ISO on BIOS' --iso
if [ -e /usr/share/OVMF/OVMF_CODE_4M.fd ]; then
	rescued 'the ISO on UEFI' --iso --firmware uefi
else
	skip 'no OVMF; install ovmf' 'the ISO on UEFI'
fi

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
