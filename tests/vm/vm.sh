#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by the VM tests after tests/lib/tap.sh: disks from the fixtures, and a boot of the image.
#
#   vm_node DIR [make-node's options...]   DIR.img, DIR.tree, DIR.ca (the CA keys are not on the node)
#   vm_medium DIR NODE [make-medium's options...]   DIR.img from NODE.ca; p256 keys, 1000 rounds, phrase in $T/pass
#   vm CODE WHAT [image/run's options...]  boots; the exit code is CODE; $out is the console
#   vm_poke FILE OFFSET HEX                writes bytes into an image
#   vm_unchanged FILE                      notes its digest; vm_still WHAT FILE checks it
[ -e "$ROOT/build/image/initramfs" ] || skip_all "no image; run make image"
command -v qemu-system-x86_64 >/dev/null || skip_all "no qemu-system-x86_64; image/setup installs it"
printf 'a phrase for tests\n' >"$T/pass"
declare -A vm_digest=()

vm_node() {
	local to=$1
	shift
	"$LIB/make-node" --key p256 --out "$to.tree" --ca-out "$to.ca" "$@" && "$LIB/make-disk" --from "$to.tree" --out "$to.img" || bail "no node disk"
}
vm_medium() {
	local to=$1 from=$2
	shift 2
	"$LIB/make-medium" --ca "$from.ca/kubernetes" --out "$to.tree" --encrypt "$T/pass" --rounds 1000 "$@" &&
		"$LIB/make-disk" --from "$to.tree" --out "$to.img" --fs vfat || bail "no medium"
}
vm() {
	local want=$1 what=$2
	shift 2
	exits "$want" "$what" "$ROOT/image/run" --timeout 150 "$@"
	unlike "$what: the kernel and its archive are whole" "$out" 'unpacking failed|Kernel panic|Oops|unexpectedly'
}
vm_poke() {
	local hex=$3 bytes=''
	while [ -n "$hex" ]; do bytes+="\\x${hex:0:2}" hex=${hex:2}; done
	printf "%b" "$bytes" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
vm_unchanged() { vm_digest[$1]=$(sha256sum <"$1"); }
vm_still() { is "$1" "$(sha256sum <"$2")" "${vm_digest[$2]}"; }
renew=(--arg certrescue=renew --arg certrescue.passphrase=fw_cfg --passphrase-file "$T/pass")
