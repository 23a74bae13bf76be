#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by the VM tests after tests/lib/tap.sh: disks from the fixtures, and a boot of the image.
#
#   vm_node DIR [make-node's options...]   DIR.img, DIR.tree, DIR.ca (the CA keys are not on the node); no RSA, but
#                                          for the kubelet's own serving pair where SERVING=1
#   vm_medium DIR NODE [make-medium's options...]   DIR.img from NODE.ca; p256 keys, 1000 rounds, phrase in $T/pass
#   vm CODE WHAT [image/run's options...]  boots; the exit code is CODE; $out is the console
#   vm_whole WHAT                          the console in $out shows no broken kernel, archive or program
#   vm_read_only FILE                      sets the array read_only to options for a disk that cannot be written to
#   vm_poke FILE OFFSET HEX                writes bytes into an image
#   vm_offset FILE                         where its filesystem begins
#   vm_list FILE TO                        what is on it: files, owners, modes, times, attributes
#   vm_unchanged FILE                      notes its digest; vm_still WHAT FILE checks it
[ -e "$ROOT/build/image/initramfs" ] || skip_all "no image; run make image"
command -v qemu-system-x86_64 >/dev/null || skip_all "no qemu-system-x86_64; image/setup installs it"
printf 'a phrase for tests\n' >"$T/pass"
declare -A vm_digest=()

vm_node() {
	local to=$1
	shift
	"$LIB/make-node" --key p256 --out "$to.tree" --ca-out "$to.ca" "$@" || bail "no node"
	[ -n "${SERVING:-}" ] || rm "$to.tree/var/lib/kubelet/pki"/kubelet.{crt,key}
	vm_disk "$to.tree" "$to.img"
}
vm_disk() { # TREE IMAGE [make-disk's options...]
	local from=$1 out=$2
	shift 2
	"$LIB/make-disk" --from "$from" --out "$out" "$@" || bail "no disk $out"
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
	vm_whole "$what"
}
vm_whole() { unlike "$1: kernel, archive and program are whole" "$out" 'unpacking failed|Kernel panic|Oops|unexpectedly'; }
vm_read_only() {
	read_only=(--qemu -drive --qemu "if=none,id=fixed,format=raw,readonly=on,file=$1" --qemu -device --qemu virtio-blk-pci,drive=fixed)
}
vm_offset() { "$LIB/read-disk" "$1" --info | cut -d' ' -f2; }
vm_list() { "$LIB/read-disk" "$1" --list >"$2"; }
vm_poke() {
	local hex=$3 bytes=''
	while [ -n "$hex" ]; do bytes+="\\x${hex:0:2}" hex=${hex:2}; done
	printf "%b" "$bytes" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
vm_unchanged() { vm_digest[$1]=$(sha256sum <"$1"); }
vm_still() { is "$1" "$(sha256sum <"$2")" "${vm_digest[$2]}"; }
renew=(--arg certrescue=renew --arg certrescue.passphrase=fw_cfg --passphrase-file "$T/pass")
