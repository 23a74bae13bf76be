#!/bin/bash
# SPDX-License-Identifier: MIT
# The build: every program is static, position-independent and hardened; the list of inputs is whole; a second setup does nothing.
. "$(dirname "$0")/../lib/tap.sh"
[ -x "$BIN/certrescue" ] || bail 'build/bin/certrescue is not built: make tools'
B=$ROOT/build

# --- programs: ours, and the shell of the image as it lies there
programs=("$BIN"/*)
if [ -e "$B/image/initramfs" ] && command -v cpio >/dev/null && command -v zstd >/dev/null; then
	mkdir "$T/tree"
	{ cat "$B/image/initramfs" | zstd -dcq 2>/dev/null || zcat "$B/image/initramfs" 2>/dev/null || cat "$B/image/initramfs"; } |
		(cd "$T/tree" && cpio -idm --quiet --no-absolute-filenames 2>/dev/null)
	while IFS= read -r f; do
		[ "$(head -c 4 "$f" | tr -d '\177')" = ELF ] && programs+=("$f")
	done < <(find "$T/tree" -type f -perm -u+x ! -name '*.ko*')
	like 'the image holds certrescue and busybox' "${programs[*]}" "$T/tree/.*certrescue.*"
	like 'busybox' "${programs[*]}" "$T/tree/.*busybox"
	is 'every program of the image is executable ELF or a script' "$(find "$T/tree" -type f -perm -u+x ! -name '*.ko*' | while IFS= read -r f; do
		case $(head -c 4 "$f" | tr -d '\0') in *ELF* | '#!'*) ;; *) echo "${f#"$T/tree"}" ;; esac
	done)" ''
	is 'no private key and no passphrase in the image' "$(grep -rlE 'BEGIN ([A-Z]+ )?PRIVATE KEY-----.' "$T/tree")" ''
else
	skip 'the image is not built (make image)' 'the programs in the image'
	programs+=("$B"/toolchain/busybox/busybox)
fi
for f in "${programs[@]}"; do
	n=${f#"$T/tree"}; n=${n#"$B/"}
	like "$n: static-pie" "$(file -b "$f")" 'ELF 64-bit.*static-pie linked'
	unlike "$n: no interpreter" "$(readelf -lW "$f")" 'INTERP'
	unlike "$n: needs no library" "$(readelf -dW "$f")" 'NEEDED'
	like "$n: relocations read-only (RELRO)" "$(readelf -lW "$f")" 'GNU_RELRO'
	like "$n: bound at once, position-independent" "$(readelf -dW "$f")" 'FLAGS_1.*PIE|FLAGS_1.*NOW'
	like "$n: the stack is not executable (NX)" "$(readelf -lW "$f" | grep GNU_STACK)" ' RW '
	is "$n: nothing is writable and executable" "$(readelf -lW "$f" | awk '$1 == "LOAD" && / RWE /')" ''
	unlike "$n: no run path" "$(readelf -dW "$f")" 'RPATH|RUNPATH'
done

# --- inputs: what was used is listed, with version, digest and licence
while read -r name files suites range version sha licence purpose; do
	like "inputs: $name has version and digest" "$version $sha" '^[0-9][^ ]* [0-9a-f]{64}(\+[0-9a-f]{64})?$'
	isnt "inputs: $name has licence and purpose" "$licence:$purpose" ':'
done < <(grep -vE '^[[:space:]]*(#|$)' "$ROOT/image/inputs")
for name in musl bearssl mbedtls libyaml busybox linux-image grub-pc-bin grub-efi-amd64-bin; do
	like "inputs lists $name" "$(cat "$ROOT/image/inputs")" "^$name"
done
like 'mbedTLS is 3.6.7 or later of 3.6' "$(awk '$1 == "mbedtls" { print $5 }' "$ROOT/image/inputs")" '^3\.6\.([7-9]|[1-9][0-9])'
if [ -e "$B/image/manifest" ]; then
	for name in musl bearssl mbedtls libyaml busybox linux-image; do
		like "the image's manifest lists $name" "$(cat "$B/image/manifest")" "$name"
	done
else
	skip 'the image is not built (make image)' "the image's manifest"
fi
is 'nothing of the inputs is in the repository' "$(cd "$ROOT" && git ls-files 2>/dev/null | grep -E '\.(deb|dsc|orig\.tar.*|ko|a|o|so|iso|tar\.[gx]z)$')" ''

# --- a second setup downloads and builds nothing, and needs no network
state() { find "$B/stamps" "$B/cache" "$B/toolchain" "$B/native/lib" "$B/kernel" "$B/grub" -printf '%p %y %s %T@\n' 2>/dev/null | sort; }
state >"$T/state"
isnt 'there is something to compare' "$(wc -l <"$T/state")" 0
alone=()
if [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null; then alone=(unshare -n); else skip 'no root, no network namespace' 'setup without a network'; fi
exits 0 'image/setup a second time, without a network' "${alone[@]}" timeout 60 "$ROOT/image/setup"
is 'it says nothing' "$out$err" ''
state >"$T/state2"
same 'it fetched and built nothing' "$T/state" "$T/state2"

# --- it can fail: a program that is not as wanted is found
if command -v gcc >/dev/null; then
	echo 'int main(void) { return 0; }' >"$T/x.c"
	gcc -o "$T/dynamic" "$T/x.c"
	unlike 'a dynamic program would be found' "$(file -b "$T/dynamic")" 'static-pie linked'
	like 'by its libraries too' "$(readelf -dW "$T/dynamic")" 'NEEDED'
fi

done_testing
