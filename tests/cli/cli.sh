#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by test files after lib/tap.sh: a node and its medium, copies of them, and the proof that a node is as before.
#
#   cluster [make-node option...]   $T/base, an expired P-256 node; $T/ca, its CA; $T/medium, the CA on a medium
#   fresh                  $T/node is a copy of $T/base again; $T/node.was its manifest
#   remember               takes $T/node's manifest again, after a fixture was altered by hand
#   unchanged WHAT         $T/node is as in $T/node.was: content, owners, modes, times, attributes, nothing added
#   renew [option...]      certrescue renew of $T/node from $T/medium with --yes
#   crt PATH               the certificate (in a kubeconfig: the user's) at PATH of $T/node as PEM
#   key PATH               the private key likewise
#   field FILE KEY         the decoded value of a kubeconfig's KEY (client-certificate-data ...)
#   json WHAT FILTER       $out is one JSON object for which jq's FILTER holds
#   ids                    rescues kept on $T/node
#   dialogue PROMPT COMMAND ANSWER...   runs COMMAND (a shell line) on a terminal, types each answer when PROMPT (a regular
#                          expression) has come once more; sets $code, and $out to what the terminal shows
#   person LINE...         renew on a terminal, and what a person types there: each line when one more question stands
#                          there that $QUESTION finds; sets $code, and $out to what the terminal shows
C=$BIN/certrescue K=/etc/kubernetes P=/etc/kubernetes/pki
[ -x "$C" ] || bail "$C is not built: make tools"

cluster() {
	"$LIB/make-node" --key p256 --out "$T/base" --ca-out "$T/ca" "$@" || bail 'make-node failed'
	"$LIB/make-medium" --ca "$T/ca" --out "$T/medium" || bail 'make-medium failed'
}
remember() { "$LIB/manifest" "$T/node" >"$T/node.was"; }
fresh() {
	chmod -R u+rwX "$T/node" 2>/dev/null
	rm -rf "$T/node"
	cp -a "$T/base" "$T/node"
	remember
}
unchanged() {
	"$LIB/manifest" "$T/node" >"$T/node.is"
	if cmp -s "$T/node.was" "$T/node.is"; then tap 0 "$1"; else
		tap 1 "$1"
		note "$(diff "$T/node.was" "$T/node.is" | head -20)"
	fi
}
renew() { "$C" renew --root "$T/node" --media "$T/medium" --yes "$@"; }
field() { awk -v k="$2:" '$1 == k { gsub(/"/, "", $2); print $2; exit }' "$1" | base64 -d; }
crt() {
	case $1 in
	*.conf | */config) field "$T/node$1" client-certificate-data ;;
	*) openssl x509 -in "$T/node$1" ;;
	esac
}
key() {
	case $1 in
	*.conf | */config) field "$T/node$1" client-key-data ;;
	*) cat "$T/node$1" ;;
	esac
}
json() {
	if jq -es "length == 1 and (.[0] | $2)" >/dev/null 2>&1 <<<"$out"; then tap 0 "$1"; else
		tap 1 "$1"
		note "not so: $2"
		note "$(head -c 2000 <<<"$out")"
	fi
}
ids() { ls "$T/node/var/lib/certrescue" 2>/dev/null; }
QUESTION='[Pp]assphrase of'
person() { dialogue "$QUESTION" "$C renew --root $T/node --media $T/medium --yes --color never" "$@"; }
dialogue() {
	local prompt=$1 command=$2 line n=0 pid i
	shift 2
	rm -f "$T/tty.in"; mkfifo "$T/tty.in"; : >"$T/tty.out"
	timeout 200 script -qefc "$command; echo END \$?" /dev/null <"$T/tty.in" >"$T/tty.out" 2>&1 &
	pid=$!
	exec 7>"$T/tty.in"
	for line; do
		n=$((n + 1))
		for ((i = 0; i < 1200; i++)); do
			[ "$(grep -aoE "$prompt" "$T/tty.out" | wc -l)" -lt "$n" ] || break
			! grep -aq '^END' "$T/tty.out" || break
			sleep 0.05
		done
		sleep 0.1
		printf '%s\n' "$line" >&7
	done
	wait $pid
	exec 7>&-
	code=$(tr -d '\r' <"$T/tty.out" | sed -n 's/^END //p')
	out=$(tr -d '\r' <"$T/tty.out")
}
