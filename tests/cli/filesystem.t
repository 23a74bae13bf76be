#!/bin/bash
# SPDX-License-Identifier: MIT
# renew where the file system does not let it: read-only, full, immutable files; it says so and the node is exactly as before.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || skip_all 'mount namespaces need root'
cluster

# in a mount namespace of its own: SETUP, then renew with OPTIONS, its code and messages; manifests before and after
cat >"$T/inside" <<'END'
#!/bin/bash
# inside SETUP T LIB C OPTION...: $T/node is empty and becomes the node
setup=$1 T=$2 LIB=$3 C=$4
shift 4
mount --make-rprivate /
case $setup in
full*) mount -t tmpfs -o size=${setup#full},nr_inodes=2000 none "$T/node" ;;
inodes*) mount -t tmpfs -o size=4m,nr_inodes=${setup#inodes} none "$T/node" ;;
*) mount -t tmpfs -o size=16m none "$T/node" ;;
esac || exit 99
cp -a "$T/base/." "$T/node/" || exit 98
case $setup in
readonly) mount -o remount,ro "$T/node" || exit 99 ;;
part) mount --bind "$T/node/etc/kubernetes" "$T/node/etc/kubernetes" && mount -o remount,bind,ro "$T/node/etc/kubernetes" || exit 99 ;;
varfull) mount -t tmpfs -o size=8k,nr_inodes=4 none "$T/node/var/lib/certrescue-nothing" 2>/dev/null ;;
split) mkdir "$T/kubelet" && cp -a "$T/node/var/lib/kubelet/." "$T/kubelet" && mount -t tmpfs -o size=4m none "$T/node/var/lib/kubelet" &&
	cp -a "$T/kubelet/." "$T/node/var/lib/kubelet/" && rm -rf "$T/kubelet" || exit 99 ;;
esac
"$LIB/manifest" "$T/node" >"$T/node.was"
timeout 60 "$C" renew --root "$T/node" --media "$T/medium" --yes "$@" >"$T/in.out" 2>"$T/in.err"
code=$?
"$LIB/manifest" "$T/node" >"$T/node.is"
[ "$setup" != split ] || "$LIB/verify-node" --quiet --ca "$T/ca" --key new "$T/node" >"$T/in.verdict" 2>&1
exit $code
END
chmod +x "$T/inside"
within() { # SETUP OPTION...: runs it; $code, $out, $err
	rm -rf "$T/node"; mkdir "$T/node"
	rm -f "$T"/in.*
	code=0
	unshare -m "$T/inside" "$1" "$T" "$LIB" "$C" "${@:2}" || code=$?
	out=$(cat "$T/in.out") err=$(cat "$T/in.err")
}
still() {
	if cmp -s "$T/node.was" "$T/node.is"; then pass "$1"; else fail "$1" "$(diff "$T/node.was" "$T/node.is" | head -20)"; fi
}

within plain
is 'on a tmpfs it works' "$code" 0
within readonly
is 'a read-only file system: exit 1' "$code" 1
like 'it is named, and what to do' "$err" '^certrescue: /.*: .*read-only.*; '
still 'the node is as before'
within readonly --dry-run
is 'a dry run does not mind' "$code" 0
within part
is 'only /etc/kubernetes is read-only: exit 1' "$code" 1
like 'it is named' "$err" '^certrescue: /.*read-only'
still 'the node is as before'
used=$(du -sk --apparent-size "$T/base" | cut -f1)
blocks=$(find "$T/base" -type f -printf '%s\n' | awk '{ n += int(($1 + 4095) / 4096) * 4 } END { print n }')
for spare in 0 8 40; do
	within full$((blocks + spare))k
	[ "$code" != 98 ] || { skip "the fixture needs more than $blocks KiB" "$spare KiB spare"; continue; }
	is "a full disk ($spare KiB spare): exit 1" "$code" 1
	like "it is said ($spare)" "$err" '^certrescue: /.*(full|space|room).*; '
	still "the node is as before ($spare)"
done
inodes=$(find "$T/base" | wc -l)
within inodes$((inodes + 5))
is 'no inodes left: exit 1' "$code" 1
like 'it is said' "$err" '^certrescue: /.*(inode|space|room|files)'
still 'the node is as before'
within split
is 'the kubelet'\''s directory on another file system: done' "$code" 0
like 'openssl finds it good' "$(cat "$T/in.verdict")" 'GOOD'
is 'the other file system has no leftovers but the old generation' "$(grep -c 'certrescue' "$T/node.is" | sed 's/^[1-9].*/some/')" some

# --- immutable files, where the file system of $T knows them
fresh
if chattr +i "$T/node$P/apiserver.crt" 2>/dev/null; then
	WHAT='an immutable file is refused' refuses 1 "^certrescue: $P/apiserver.crt: .*immutable.*; .*chattr" renew
	unchanged 'the node is as before'
	chattr -i "$T/node$P/apiserver.crt"
	chattr +a "$T/node$K/admin.conf"
	WHAT='an append-only file is refused' refuses 1 "^certrescue: $K/admin.conf: .*(append|immutable)" renew
	unchanged 'the node is as before'
	chattr -a "$T/node$K/admin.conf"
	exits 0 'without the flags it works' renew
else
	skip "the file system of $T has no immutable files" 'an immutable file is refused'
fi

# --- a medium that cannot be written: the rescue counts, the report is missed with a warning
fresh
cat >"$T/romedium" <<'END'
mount --make-rprivate / && mount --bind "$1/medium" "$1/medium" && mount -o remount,bind,ro "$1/medium" && exec "$2" renew --root "$1/node" --media "$1/medium" --yes
END
exits 0 'a read-only medium does not stop the rescue' unshare -m sh "$T/romedium" "$T" "$C"
like 'the missing report is a warning' "$err" 'warning: .*report'

done_testing
