#!/bin/bash
# SPDX-License-Identifier: MIT
# Reads the #include lines of tools/ and fails on an arrow that points up (docs/design.md, The house).
. "$(dirname "$0")/../lib/tap.sh"
cd "$ROOT/tools" || bail "no tools/"

# Each layer and those below it that it may include (its own is always allowed).
below() {
	case $1 in
	base) echo ;;
	pki | disk) echo base ;;
	node) echo pki base ;;
	media) echo node pki base ;;
	rescue) echo media node pki base ;;
	report) echo rescue media node pki base ;;
	cmd) echo report rescue media node pki disk base ;;
	*) return 1 ;;
	esac
}

# none WHAT TEXT: passes if TEXT, what was found to be wrong, is empty.
none() {
	if [ -z "$2" ]; then pass "$1"; else fail "$1" "$2"; fi
}

# up LAYER DIR: the includes in DIR that point up or to nowhere, one a line.
up() {
	local layer=$1 allowed file line target
	allowed=" $layer $(below "$layer") "
	grep -rnoE '^#include "[^"]+"' "$2" | while IFS= read -r line; do
		file=${line%%:*}
		target=${line#*\"}
		target=${target%\"}
		case $allowed in
		*" ${target%%/*} "*) [ -e "$ROOT/tools/$target" ] || echo "$file: $target does not exist" ;;
		*) echo "$file includes $target" ;;
		esac
	done
}

for layer in *; do
	if below "$layer" >/dev/null; then
		none "tools/$layer includes only what lies below it" "$(up "$layer" "$layer")"
	else
		fail "tools/$layer has a place in the layers"
	fi
done

bad=$(grep -lE '<(bearssl|mbedtls/)|"inner.h"' -r . | grep -vE '^./pki/(bearssl|mbedtls)[a-z_]*\.c$')
none "only pki/bearssl*.c and pki/mbedtls*.c see those libraries' types" "$bad"

bad=$(grep -lE '\b(clock_now|time|open|openat|fopen|root_[a-z]+) *\(' rescue/plan.c rescue/clockgate.c)
none "plan and the clock gate open no file and ask no clock" "$bad"

writes='\b(change_(mkdir|create|symlink|owner|mode|link_owner|xattr|times|rename|move|exchange|unlink|rmdir|sync)|mkdirat?|unlinkat|unlink|renameat2?|rename|symlinkat?|linkat|fchmodat?|fchownat?|utimensat|fsetxattr) *\('
bad=$(grep -lE "$writes" -r . --include='*.c' |
	grep -vE '^./(node/change|rescue/(stage|preflight|mounts|tx|commit|journal|undo)|media/[a-z]+|disk/[a-z]+|cmd/boot[a-z_]*)\.c$')
none "only the transaction and the medium write" "$bad"

# The test itself must be able to fail.
mkdir "$T/base"
echo '#include "cmd/cmd.h"' >"$T/base/x.h"
isnt "an arrow that points up is found" "$(up base "$T/base")" ""

done_testing
