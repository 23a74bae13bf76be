#!/bin/bash
# SPDX-License-Identifier: MIT
# What the image must not touch: each refusal says what, where and what to do, and leaves every byte of the disk.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/vm.sh"

vm_node "$T/node"
vm_medium "$T/medium" "$T/node"

# --- no Kubernetes on any disk
mkdir -p "$T/plain/etc"
echo plain >"$T/plain/etc/hostname"
"$LIB/make-disk" --from "$T/plain" --out "$T/plain.img" --size 64M
vm_unchanged "$T/plain.img"
vm 1 'no Kubernetes on any disk' --disk "$T/plain.img" --medium "$T/medium.img" "${renew[@]}"
like 'it says what it looked for' "$out" 'no Kubernetes node was found on any disk'
like 'it says what each device holds' "$out" '/dev/vda1: .*ext4'
like 'the last line is for machines' "$(tail -n 1 <<<"$out")" '^certrescue: RESULT renew exit=1 node=- '
vm_still 'the disk is as it was' "$T/plain.img"

# --- no CA on the medium
mkdir -p "$T/empty/ca/kubernetes"
echo nothing >"$T/empty/ca/kubernetes/readme.txt"
"$LIB/make-disk" --from "$T/empty" --out "$T/empty.img" --fs vfat
vm_unchanged "$T/node.img"
vm 1 'a medium without a CA' --disk "$T/node.img" --medium "$T/empty.img" "${renew[@]}"
like 'it says so, with the device and what to do' "$out" '/dev/vdb1: there is no CA on the medium.*; put a copy'
vm_still 'the disk is as it was' "$T/node.img"
vm 1 'no medium at all' --disk "$T/node.img" "${renew[@]}"
like 'it says so' "$out" 'no medium with a CA was found'
vm_still 'the disk is as it was' "$T/node.img"

# --- more than one of them
cp "$T/node.img" "$T/second.img"
vm_unchanged "$T/second.img"
vm 5 'two nodes' --disk "$T/node.img" --disk "$T/second.img" --medium "$T/medium.img" "${renew[@]}"
like 'both are named, with their hosts' "$out" 'more than one node: /dev/vda1 \(cp-1\), /dev/vdb1 \(cp-1\); .*certrescue.node='
vm_still 'the first is as it was' "$T/node.img"
vm_still 'the second is as it was' "$T/second.img"
vm 5 'two media' --disk "$T/node.img" --medium "$T/medium.img" --medium "$T/empty.img" "${renew[@]}"
like 'both are named' "$out" 'more than one medium: /dev/vdb1 .*, /dev/vdc1 '
vm_still 'the disk is as it was' "$T/node.img"

# --- half of an md mirror: metadata 1.0 at the end of the partition, so the ext4 at its start looks plain
cp "$T/node.img" "$T/half.img"
read -r _ start size < <("$LIB/read-disk" "$T/half.img" --info)
sb=$((((size / 512 - 16) / 8) * 8))
vm_poke "$T/half.img" $((start + sb * 512)) fc4e2ba901000000
vm_poke "$T/half.img" $((start + sb * 512 + 72)) 01000000
vm_poke "$T/half.img" $((start + sb * 512 + 144)) "$(printf '%016x' "$sb" | sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\8\7\6\5\4\3\2\1/')"
vm_unchanged "$T/half.img"
vm 1 'half of an md mirror' --disk "$T/half.img" --medium "$T/medium.img" "${renew[@]}"
like 'it is named and not opened' "$out" '/dev/vda1: .*half of an md mirror.*not opened'
vm_still 'the disk is as it was' "$T/half.img"

# --- a sleeping system: the signature of swsusp at the end of the swap's first page
truncate -s 16M "$T/swap.img"
mkswap "$T/swap.img" >/dev/null 2>&1
vm_poke "$T/swap.img" 4086 533153555350454e4400
vm 5 'a hibernated system' --disk "$T/node.img" --disk "$T/swap.img" --medium "$T/medium.img" "${renew[@]}"
like 'it says where, and why' "$out" '/dev/vdb: a system is hibernated there'
vm_still 'the disk is as it was' "$T/node.img"

# --- errors that the kernel recorded
cp "$T/node.img" "$T/errors.img"
debugfs -w -R 'set_super_value state 3' "$T/errors.img?offset=$start" >/dev/null 2>&1
vm_unchanged "$T/errors.img"
vm 5 'a filesystem with recorded errors' --disk "$T/errors.img" --medium "$T/medium.img" "${renew[@]}"
like 'it says so' "$out" '/dev/vda1: the kernel has recorded errors'
vm_still 'the disk is as it was' "$T/errors.img"

# --- a disk that is full: known before anything is written
vm_disk "$T/node.tree" "$T/full.img" --size 24M
free=$(debugfs -R 'show_super_stats -h' "$T/full.img?offset=$start" 2>/dev/null | sed -n 's/^Free blocks: *//p')
[ -n "$free" ] || bail 'debugfs does not say how much room there is'
cp -a "$T/node.tree" "$T/full.tree"
yes certrescue | head -c $(((free - 200) * 1024)) >"$T/full.tree/var/filled"
vm_disk "$T/full.tree" "$T/full.img" --size 24M
vm_list "$T/full.img" "$T/before.list"
vm 1 'a full disk' --disk "$T/full.img" --medium "$T/medium.img" "${renew[@]}"
like 'it says so, where, and what to do' "$out" 'certrescue: /[^ ]*: .*(room|space|full).*; '
vm_list "$T/full.img" "$T/after.list"
same 'files, owners, modes, times, attributes are as they were' "$T/before.list" "$T/after.list"

# --- a disk that cannot be written to
vm_read_only "$T/node.img"
vm_unchanged "$T/node.img"
vm 1 'a write-protected disk' --medium "$T/medium.img" "${read_only[@]}" "${renew[@]}"
like 'it is named, with what to do' "$out" '/dev/vdb1: .*cannot be mounted.*write-protected'
vm_still 'the disk is as it was' "$T/node.img"

# --- check changes nothing, not even a mount time
vm 4 'check of an expired node' --disk "$T/node.img" --medium "$T/medium.img" --arg certrescue=check
like 'the table is there' "$out" 'EXPIRED.*etcd/server.crt'
vm_still 'the disk is as it was' "$T/node.img"
done_testing
