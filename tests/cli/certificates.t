#!/bin/bash
# SPDX-License-Identifier: MIT
# inspect over the corpus tests/data/certificates.txt: every case's exit code and words, and that it says why where Go differs.
. "$(dirname "$0")/../lib/tap.sh"
C=$BIN/certrescue
[ -x "$C" ] || bail "$C is not built: make tools"
"$LIB/make-certificates" "$ROOT/tests/data/certificates.txt" "$T/corpus" || bail 'make-certificates failed'

# Fields are separated by a tab, some are empty: \x1f is no white space to read.
cases=0 refused=0
while IFS=$'\x1f' read -r name what ask want re go why; do
	cases=$((cases + 1))
	[[ $ask = *--now* ]] || ask+=' --now 2026-06-01T00:00:00Z'
	# shellcheck disable=SC2086
	run "$C" inspect $ask
	case $want in
	yes) said=$out wanted=0 ;;
	no) said=$err wanted=1 refused=$((refused + 1)) ;;
	*) bail "$name: want yes or no" ;;
	esac
	verdict=${go%%[: ]*}
	if [ "$code" != $wanted ]; then
		fail "$name: $what"; tap_show
	elif [[ ! $said =~ $re ]]; then
		fail "$name: $what" "wanted /$re/"; tap_show
	elif [ "$verdict" != - ] && [ "$verdict" != "$want" ] && [ -z "$why" ]; then
		fail "$name: $what" "Go's verdict differs ($go) and nothing says why"
	else
		pass "$name: $what"
	fi
done < <(tr '\t' '\037' <"$T/corpus/cases.tsv")
ok 'there are at least 120 cases' [ "$cases" -ge 120 ]
ok 'more than half of them are refused' [ $((2 * refused)) -gt "$cases" ]
done_testing
