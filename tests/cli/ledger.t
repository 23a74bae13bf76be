#!/bin/bash
# SPDX-License-Identifier: MIT
# The ledger: what a rescue, an undo and a resume leave on the medium and on the node, and what `audit verify` finds.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"

cluster
fresh
L=$T/medium/ledger/kubernetes.jsonl
audit() { "$C" audit verify --media "$T/medium" --root "$T/none" "$@"; }
mkdir "$T/none"
# chain FILE: openssl and jq alone: each line's "prev" is the digest of the line before
chain() {
	local prev line
	prev=$(printf '%064d' 0)
	while IFS= read -r line; do
		[ "$(jq -r .prev <<<"$line")" = "$prev" ] || return 1
		prev=$(printf '%s' "$line" | openssl dgst -sha256 -r | cut -d' ' -f1)
	done <"$1"
	echo "$prev"
}

# --- a rescue
WHAT='without a ledger there is nothing to verify' refuses 1 'there is no ledger' audit
exits 0 'a rescue' renew --operator 'Ann B' --now 2030-01-01T00:00:00Z
id=$(ids)
exits 0 'openssl follows the chain' chain "$L"
head=$(chain "$L")
is 'the report names the head' "$(jq -r .ledger_head "$T/medium/reports/cp-1/$id/report.json")" "$head"
is 'the first line is the plan' "$(head -1 "$L" | jq -r '.kind, .id, .operator, .node, .clock, .time' | tr '\n' ' ')" \
	"plan $id Ann B cp-1 operator (--now) 2030-01-01T00:00:00Z "
is 'with the machine' "$(head -1 "$L" | jq -r .machine_id)" "$(cat "$T/node/etc/machine-id")"
is 'and the program' "$(head -1 "$L" | jq -r .tool.sha256)" "$(sha256sum "$C" | cut -d' ' -f1)"
for f in apiserver etcd/server; do
	for which in old new; do
		root=$T/node
		[ $which = new ] || root=$T/base
		cert=$root$P/$f.crt
		openssl x509 -in "$cert" -outform DER -out "$T/der"
		is "$f: $which: as openssl and cfssl read it" \
			"$(head -1 "$L" | jq -r --arg p "$P/$f.crt" --arg w $which \
				'.certificates[] | select(.path == $p) | .[$w] | "\(.serial_number) \(.not_after) \(.sha256)"')" \
			"$(printf '%s %s %s' "$("$ROOT/build/tests/cfssl/cfssl" certinfo -cert "$cert" | jq -r .serial_number)" \
				"$(date -ud "$(openssl x509 -in "$cert" -noout -enddate | cut -d= -f2)" +%Y-%m-%dT%H:%M:%SZ)" \
				"$(sha256sum "$T/der" | cut -d' ' -f1)")"
	done
done
is 'the second line is the result' "$(sed -n 2p "$L" | jq -r '.kind, .command, .exit' | tr '\n' ' ')" 'result renew 0 '
is 'each certificate of ours whose key was replaced is revoked, once' \
	"$(jq -r 'select(.kind == "revoke" and .reason == "new-key") | .serial_number' "$L" | sort)" \
	"$(head -1 "$L" | jq -r '.certificates[] | select(.new_key and (.path | test("kubelet.crt$") | not)) | .old.serial_number' | sort -u)"
same 'the node keeps a copy' "$L" "$T/node/var/lib/certrescue/$id/ledger.jsonl"
is 'that only root reads' "$(stat -c %a "$T/node/var/lib/certrescue/$id/ledger.jsonl")" 600
exits 0 'audit verify finds it whole' audit
like 'its end is anchored by the report' "$out" 'its end is anchored'
mv "$T/medium/reports" "$T/reports"
exits 0 'without reports too' audit
like 'but its end is not anchored' "$out" 'not anchored'
exits 0 'a printed head anchors it' audit --head "$head"
like 'as it says' "$out" 'its end is anchored'
exits 0 'so does the node' "$C" audit verify --media "$T/medium" --root "$T/node"
like 'as it says' "$out" 'its end is anchored'
exits 0 'as JSON' audit --format json
json 'with the head' '.ok and .ledgers[0].head == "'"$head"'" and .ledgers[0].anchored == 0'

# --- undo, and a rescue once more
first=$(wc -l <"$L")
exits 0 'an undo' "$C" undo --root "$T/node" --media "$T/medium" --now 2030-01-02T00:00:00Z
is 'leaves its result' "$(sed -n "$((first + 1))p" "$L" | jq -r '.kind, .command, .id, .node' | tr '\n' ' ')" "result undo $id cp-1 "
is 'and revokes what the rescue had issued, once' "$(tail -n +"$((first + 2))" "$L" | jq -r 'select(.reason == "undo") | .serial_number' | sort)" \
	"$(head -1 "$L" | jq -r '.certificates[].new.serial_number' | sort -u)"
exits 0 'the chain goes on' chain "$L"
exits 0 'another rescue' renew --now 2030-01-03T00:00:00Z --key keep
exits 0 'the chain goes on' chain "$L"
is 'kept keys revoke nothing' "$(tail -2 "$L" | jq -r .kind | tr '\n' ' ')" 'plan result '
is 'no serial number is issued twice' "$(jq -r 'select(.kind == "plan") | .certificates[].new | "\(.serial_number) \(.sha256)"' "$L" | sort -u | cut -d' ' -f1 | uniq -d)" ''
exits 0 'audit finds both in the node' "$C" audit verify --media "$T/medium" --root "$T/node"

# --- a dry run, a drill and a refusal leave nothing
cp "$L" "$T/was"
fresh
exits 0 'a drill' renew --dry-run --drill
same 'leaves no line' "$T/was" "$L"
WHAT='a refused clock' refuses 5 'clock' renew --evidence 'last mount=2029-01-01T00:00:00Z'
same 'leaves no line either' "$T/was" "$L"

# --- what audit verify must find: each change of one byte or line, anywhere
damaged() { # WHAT CODE REGEX: $T/was was altered into $L
	run audit ${ANCHOR:-}
	if [ "$code" = "$2" ] && grep -qE -- "$3" <<<"$out$err"; then pass "$1"; else fail "$1" "exit $code: $out$err"; fi
	cp "$T/was" "$L"
}
n=$(wc -l <"$L")
rm -rf "$T/medium/reports"
sed -i '3s/Ann B/Ann C/' "$L"; damaged 'a changed operator' 4 "DAMAGED: line 4 .*does not follow"
sed -i '1s/new_key":true/new_key":false/' "$L"; damaged 'a changed first line' 4 'line 2'
sed -i '5d' "$L"; damaged 'a removed line' 4 'line 5'
sed -i '5p' "$L"; damaged 'a line twice' 4 'line 6'
sed -i '5{h;d};6{G}' "$L"; damaged 'two lines in another order' 4 'line 5'
sed -i '4s/,/, /' "$L"; damaged 'a blank more' 4 'line 5'
sed -i '1d' "$L"; damaged 'the first line gone' 4 'line 1'
sed -i "${n}s/}\$/ }/" "$L"; ANCHOR="--head $(chain "$T/was")" damaged 'the last line changed, with its head known' 4 'CUT OR CHANGED'
head -n -1 "$T/was" >"$L"; ANCHOR="--head $(chain "$T/was")" damaged 'a cut tail, with its head known' 4 'CUT OR CHANGED'
head -n -1 "$T/was" >"$L"; damaged 'a cut tail without an anchor is told' 0 'not anchored'
head -n -1 "$T/was" >"$L"; mkdir -p "$T/medium/reports/cp-1/x"
jq -c --arg h "$(chain "$T/was")" '.ledger_head = $h' "$T/reports/cp-1/$id/report.json" >"$T/medium/reports/cp-1/x/report.json"
damaged 'a cut tail, with the report of the last rescue' 4 'x/report.json has it'
rm -rf "$T/medium/reports"
printf '\0' >>"$L"; damaged 'bytes behind the end' 0 '1 bytes behind the last line'
printf 'x\n' >>"$L"; damaged 'a line that is no JSON' 4 "line $((n + 1)) "
: >"$L"; damaged 'an empty ledger is whole' 0 ': 0 lines'
: >"$L"; ANCHOR="--head $(chain "$T/was")" damaged 'but not with a head' 4 'CUT'
head -c 100 /dev/urandom >"$L"; printf '\n' >>"$L"; damaged 'noise' 4 'DAMAGED'
for ((i = 0; i < 20; i++)); do # any byte of any line but the last
	at=$((RANDOM * 7919 % ($(head -n -1 "$T/was" | wc -c) - 2)))
	byte=$(dd if="$T/was" bs=1 skip=$at count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
	printf "%b" "\\$(printf %03o $((byte ^ 1)))" | dd of="$L" bs=1 seek=$at conv=notrunc 2>/dev/null
	damaged "one bit at byte $at" 4 'DAMAGED'
done

# --- a damaged ledger, a torn line, a medium that takes nothing: the rescue goes on and says so
fresh
sed -i '3s/Ann B/Ann C/' "$L"
exits 0 'a rescue with a damaged ledger' renew --now 2030-02-01T00:00:00Z
like 'says which line' "$err" 'kubernetes.jsonl: line 4 of the ledger'
like 'and where its record goes' "$out" 'record of this rescue goes into .*/kubernetes-20300201T000000Z.jsonl'
exits 0 'which is a chain of its own' chain "$T/medium/ledger/kubernetes-20300201T000000Z.jsonl"
exits 4 'audit verify tells them apart' audit
rm "$T/medium/ledger/kubernetes-20300201T000000Z.jsonl"
cp "$T/was" "$L"
printf '{"prev":"half%0100000d' 7 >>"$L" # longer than what takes its place
fresh
exits 0 'a rescue behind a torn line' renew --now 2030-02-02T00:00:00Z
exits 0 'the chain goes on' chain "$L"
unlike 'without the torn piece' "$(cat "$L")" 'half|00007$'
fresh
rm -rf "$T/medium/ledger"
: >"$T/medium/ledger"
exits 0 'a medium whose ledger cannot be written' renew
like 'is told' "$err" 'ledger.* cannot be'
ok 'the node has its copy' test -s "$T/node/var/lib/certrescue/$(ids)/ledger.jsonl"
rm "$T/medium/ledger"

# --- wrong usage
refuses 64 'audit verify' "$C" audit
refuses 64 'no such subcommand' "$C" audit export
refuses 64 'no ledger was named' "$C" audit verify
refuses 64 'no digest' audit --head 12ab
refuses 1 'no ledger of cluster other' audit --cluster other
exits 0 'help' "$C" audit --help

done_testing
