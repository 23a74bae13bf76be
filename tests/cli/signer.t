#!/bin/bash
# SPDX-License-Identifier: MIT
# renew: the CA's keys are in the signer process alone, which can only read and write its socket, and is gone before the
# node is changed.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
command -v strace >/dev/null || skip_all 'strace is missing (package strace)'

cluster
fresh

# --- what it calls: everything behind its last prctl
strace -f -qq -o "$T/trace" "$C" renew --root "$T/node" --media "$T/medium" --yes --quiet >"$T/log" 2>&1
is 'the rescue works under strace' "$?" 0
signer=$(awk '/PR_SET_SECCOMP/ {print $1; exit}' "$T/trace")
isnt 'a process confines itself' "$signer" ''
awk -v p="$signer" '$1 == p {if (on && !/<... prctl/) print; if (/PR_SET_SECCOMP/) on = 1}' "$T/trace" |
	sed -E 's/^[0-9]+ +(<\.\.\. )?([a-z0-9_]+).*/\2/' | grep -v '+++' | sort -u >"$T/calls"
is 'from then on it reads, writes and exits' "$(tr '\n' ' ' <"$T/calls")" 'exit_group read write '
keys=$(grep -E 'open(at2?)?\(.*[/"](front-proxy-)?ca\.key"' "$T/trace" | awk '{print $1}' | sort -u)
is 'no other process opens a key file of the CA' "$keys" "$signer"
end=$(grep -nm1 "^$signer .*exit_group" "$T/trace" | cut -d: -f1)
first=$(grep -nE '^[0-9]+ +(mkdirat|renameat2)' "$T/trace" | head -1 | cut -d: -f1)
ok 'it has ended before the node is changed' [ "${end:-99999999}" -lt "${first:-0}" ]
ok 'openssl finds the node good' "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/base" --key new "$T/node"

# --- what is where in memory, while the passphrase of the second of two CAs is waited for
printf 'a passphrase of its own\n' >"$T/pass"
openssl pkcs8 -topk8 -in "$T/ca/kubernetes/etcd/ca.key" -v2 aes-256-cbc -iter 1000 -passout "file:$T/pass" -out "$T/etcd.key"
cp "$T/etcd.key" "$T/medium/ca/kubernetes/etcd/ca.key"
mkfifo "$T/fifo"
fresh
"$C" renew --root "$T/node" --media "$T/medium" --yes --passphrase-file "$T/fifo" >"$T/log" 2>&1 &
pid=$!
for ((i = 0; i < 400; i++)); do
	! grep -q 'opened' "$T/log" || break
	sleep 0.05
done
child=$(cat /proc/$pid/task/*/children | tr -d ' ')
like 'the first key is open' "$(cat "$T/log")" 'CA .* opened'
status() { awk -v f="$1:" '$1 == f {print $2}' "/proc/$child/status"; }
is 'the signer is under a filter' "$(status Seccomp)" 2
ok 'its memory is locked' [ "$(status VmLck)" -ge 8192 ]
is 'it makes no core file' "$(awk '/Max core file size/ {print $5, $6}' "/proc/$child/limits")" '0 0'
is 'all that it has open is its socket and the terminal' \
	"$(for f in "/proc/$child/fd"/*; do [ "${f##*/}" -lt 3 ] || readlink "$f"; done | sed 's/:.*//')" socket

# dump PID: what is written in its memory, as far as it can be read
dump() {
	local range mode
	while read -r range mode _; do
		case $mode in rw*) ;; *) continue ;; esac
		dd if="/proc/$1/mem" bs=4096 skip=$((16#${range%-*} / 4096)) count=$(((16#${range#*-} - 16#${range%-*}) / 4096)) 2>/dev/null
	done <"/proc/$1/maps"
}
openssl ec -in "$T/ca/kubernetes/ca.key" -noout -text 2>/dev/null |
	awk '/^priv:/ {on = 1; next} /^pub:/ {on = 0} on' | tr -d ' :\n' | sed 's/^00//; s/../\\x&/g' >"$T/number"
holds() { dump "$1" | LC_ALL=C grep -qaP -- "$(cat "$T/number")"; }
is 'the fixture has a key of 32 bytes' "$(wc -c <"$T/number")" 128
ok 'the signer holds the private key' holds "$child"
not_ok 'and nobody else' holds "$pid"
cat "$T/pass" >"$T/fifo"
wait "$pid"
is 'with the passphrase it goes on' "$?" 0
not_ok 'and no process is left' [ -e "/proc/$child" ]
ok 'openssl finds the node good' "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/base" --key new "$T/node"

done_testing
