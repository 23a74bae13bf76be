#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by test files: TAP for prove, a temporary directory, and checks of a command's output and exit code.
#
#   . "$(dirname "$0")/../lib/tap.sh"
#   run cmd...             runs it: $code, $out and $err (also in $T/out, $T/err)
#   ok WHAT cmd...         the command succeeds           not_ok WHAT cmd...   it fails (exit 1..123, not a crash)
#   is WHAT GOT WANTED     equal strings                  isnt WHAT GOT OTHER
#   like WHAT GOT REGEX    extended regular expression    unlike WHAT GOT REGEX
#   exits CODE WHAT cmd... runs it, the exit code is CODE (the output is in $out, $err)
#   refuses CODE REGEX cmd...   exit code CODE, and stderr matches REGEX
#   same WHAT FILE FILE    equal files, the difference is shown
#   pass WHAT; fail WHAT [WHY]; skip WHY WHAT; todo WHY; note TEXT; skip_all WHY; bail WHY
#   done_testing           last line of the file
# $T is the file's own temporary directory; it is removed at the end (kept where KEEP=1). $ROOT is the checkout,
# $LIB tests/lib, $BIN build/bin. CRASHES: an exit code above 123 is a failure in every check but `run`.

set -u -o pipefail
export LC_ALL=C.UTF-8 TZ=UTC
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LIB=$ROOT/tests/lib
BIN=${BIN:-$ROOT/build/bin}
export CERTRESCUE_TEST_KEYS=${CERTRESCUE_TEST_KEYS:-$ROOT/build/test-keys}
T=$(mktemp -d "${TMPDIR:-/tmp}/certrescue-test.XXXXXX")
tap_n=0 tap_failed=0 tap_done='' tap_todo=''
code=0 out='' err=''
tap_exit() {
	local c=$?
	[ -n "$tap_done" ] || [ $c != 0 ] || { echo "# ended without done_testing"; c=1; }
	if [ -n "${KEEP:-}" ]; then echo "# kept $T"; else chmod -R u+rwX "$T" 2>/dev/null; rm -rf "$T"; fi
	exit "$c"
}
trap tap_exit EXIT
trap 'exit 130' INT TERM

note() { local l; while IFS= read -r l; do printf '# %s\n' "$l"; done <<<"$*"; }
tap() { # 0|1 WHAT
	tap_n=$((tap_n + 1))
	local what=${2//#/\\#}
	if [ "$1" = 0 ]; then echo "ok $tap_n - $what${tap_todo:+ # TODO $tap_todo}"; return 0; fi
	echo "not ok $tap_n - $what${tap_todo:+ # TODO $tap_todo}"
	[ -n "$tap_todo" ] || tap_failed=$((tap_failed + 1))
	note "${BASH_SOURCE[2]##*/}:${BASH_LINENO[1]}"
	return 0
}
pass() { tap 0 "$1"; }
fail() { tap 1 "$1"; [ -z "${2:-}" ] || note "$2"; }
skip() { tap_n=$((tap_n + 1)); echo "ok $tap_n - ${2//#/\\#} # SKIP $1"; }
todo() { tap_todo=${1:-}; }
skip_all() { echo "1..0 # SKIP $*"; tap_done=1; exit 0; }
bail() { echo "Bail out! $*"; exit 1; }
done_testing() { echo "1..$tap_n"; tap_done=1; exit $((tap_failed > 0)); }

run() {
	code=0
	"$@" >"$T/out" 2>"$T/err" </dev/null || code=$?
	out=$(tr -d '\0' <"$T/out") err=$(tr -d '\0' <"$T/err")
	return 0
}
tap_show() {
	note "exit code $code"
	[ -z "$out" ] || note "stdout: $(head -c 3000 <<<"$out")"
	[ -z "$err" ] || note "stderr: $(head -c 3000 <<<"$err")"
}
ok() { local what=$1; shift; run "$@"; if [ $code = 0 ]; then tap 0 "$what"; else tap 1 "$what"; tap_show; fi; }
not_ok() { local what=$1; shift; run "$@"; if [ $code != 0 ] && [ $code -le 123 ]; then tap 0 "$what"; else tap 1 "$what"; tap_show; fi; }
exits() { local want=$1 what=$2; shift 2; run "$@"; if [ $code = "$want" ]; then tap 0 "$what"; else tap 1 "$what"; note "wanted exit code $want"; tap_show; fi; }
refuses() {
	local want=$1 re=$2 what
	shift 2
	what="exit $want: ${*/#*\//} refuses with /$re/"
	[ -z "${WHAT:-}" ] || what=$WHAT
	run "$@"
	if [ $code = "$want" ] && grep -qE -- "$re" <<<"$err"; then tap 0 "$what"; else tap 1 "$what"; note "wanted exit code $want and /$re/ on stderr"; tap_show; fi
}
is() { if [ "$2" = "$3" ]; then tap 0 "$1"; else tap 1 "$1"; note "got:    $2"; note "wanted: $3"; fi; }
isnt() { if [ "$2" != "$3" ]; then tap 0 "$1"; else tap 1 "$1"; note "got the same: $2"; fi; }
like() { if grep -qE -- "$3" <<<"$2"; then tap 0 "$1"; else tap 1 "$1"; note "got: $2"; note "wanted: /$3/"; fi; }
unlike() { if ! grep -qE -- "$3" <<<"$2"; then tap 0 "$1"; else tap 1 "$1"; note "got: $2"; note "not wanted: /$3/"; fi; }
same() { if cmp -s "$2" "$3"; then tap 0 "$1"; else tap 1 "$1"; note "$(diff "$2" "$3" | head -40)"; fi; }
