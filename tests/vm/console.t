#!/bin/bash
# SPDX-License-Identifier: MIT
# People and clocks: the passphrase typed on the serial console, the operator's shell, hardware clocks that are wrong.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/vm.sh"

vm_node "$T/node"
vm_medium "$T/medium" "$T/node"
vm_list "$T/node.img" "$T/before.list"

# typed CODE WHAT SCRIPT [image/run's options...]: SCRIPT has lines "REGEX|text": when a line of the console
# matches, the text is typed
typed() {
	local want=$1 what=$2 script=$3
	shift 3
	mkfifo "$T/keys" && : >"$T/out"
	"$ROOT/image/run" --timeout 150 "$@" <"$T/keys" >"$T/out" 2>"$T/err" &
	local pid=$! re text n=0 seen=0 tries
	exec 7>"$T/keys"
	while IFS='|' read -r re text; do
		tries=0
		while n=$(tail -c +$((seen + 1)) "$T/out" | grep -aobE -- "$re" | head -n 1 | cut -d: -f1); [ -z "$n" ]; do
			tries=$((tries + 1))
			[ $tries -lt 1200 ] && kill -0 $pid 2>/dev/null || break 2
			sleep 0.1
		done
		seen=$((seen + n + 1))
		printf '%s\n' "$text" >&7
	done <<<"$script"
	exec 7>&-
	code=0
	wait $pid || code=$?
	rm "$T/keys"
	out=$(cat "$T/out") err=$(cat "$T/err")
	if [ $code = "$want" ]; then pass "$what"; else fail "$what" "exit code $code, wanted $want: $out $err"; fi
	vm_whole "$what"
}

# --- three wrong passphrases, then off; not a file of the node has changed
cp "$T/node.img" "$T/disk.img"
typed 1 'three wrong passphrases' "Passphrase of|wrong one
Passphrase of|wrong two
Passphrase of|wrong three" --disk "$T/disk.img" --medium "$T/medium.img" --arg certrescue=renew
unlike 'what was typed is not echoed' "$out" 'wrong (one|two|three)'
vm_list "$T/disk.img" "$T/after.list"
same 'files, owners, modes, times, attributes are as they were' "$T/before.list" "$T/after.list"

typed 0 'the right passphrase on the second try' "Passphrase of|wrong
Passphrase of|$(cat "$T/pass")" --disk "$T/disk.img" --medium "$T/medium.img" --arg certrescue=renew
ok 'openssl says that it is rescued' "$LIB/verify-node" --quiet --before "$T/node.tree" --ca "$T/node.ca" "$T/disk.img"

# --- an argument that is not understood: the console, which looks and changes nothing, whatever certrescue.conf says
printf 'boot:\n  certrescue: renew\n  passphrase: fw_cfg\n' >"$T/conf"
vm_medium "$T/configured" "$T/node" --conf "$T/conf"
vm_unchanged "$T/node.img"
typed 1 'the console stays until it is told' "certrescue# |ls /node/etc/kubernetes/pki
certrescue# |exit
certrescue# |poweroff" --disk "$T/node.img" --medium "$T/configured.img" --passphrase-file "$T/pass" \
	--arg certrescue=renew --arg certrescue.nod=/dev/vda1
like 'it says what was not understood' "$out" 'the kernel command line: there is no setting "nod"'
like 'the state of the node is shown' "$out" 'EXPIRED.*etcd/server.crt'
like 'the node can be looked at' "$out" 'apiserver-etcd-client.crt'
vm_still 'the disk is as it was' "$T/node.img"

# --- a rescue that is good, but a process holds the node's filesystem open: it may not be on the disk as a whole
cp "$T/node.img" "$T/disk.img"
typed 3 'a filesystem that cannot be unmounted after the rescue' "certrescue# |{ until grep -q ' /node ext4 rw' /proc/mounts; do :; done; cd /node && sleep 1000; } & rescue
Passphrase of|$(cat "$T/pass")
RESULT renew|poweroff" --disk "$T/disk.img" --medium "$T/medium.img"
like 'it is said' "$out" '/node: the filesystem cannot be unmounted'
like 'the last line has the code of that, and the numbers of the rescue' "$out" \
	'^certrescue: RESULT renew exit=3 node=cp-1 renewed=1[0-9] kept=[0-9]+ refused=0 until=[0-9-]+ id=[0-9TZ]+'

# --- a clock that starts in 1970: refused, unless the operator says what time it is
cp "$T/node.img" "$T/disk.img"
vm 5 'a hardware clock of 1970' --disk "$T/disk.img" --medium "$T/medium.img" "${renew[@]}" --rtc base=1970-01-02T00:00:00
like 'it says that it is the clock' "$out" '[Cc]lock'
vm_list "$T/disk.img" "$T/after.list"
same 'files are as they were' "$T/before.list" "$T/after.list"
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
vm 0 'with the operator'\''s word for the time' --disk "$T/disk.img" --medium "$T/medium.img" "${renew[@]}" \
	--rtc base=1970-01-02T00:00:00 --arg "certrescue.now=$now"
ok 'openssl says that it is rescued' "$LIB/verify-node" --quiet --before "$T/node.tree" --ca "$T/node.ca" "$T/disk.img"

# --- a hardware clock in local time: Berlin's wall clock, an hour or two ahead of UTC
vm_node "$T/local" --rtc local
vm_medium "$T/localmedium" "$T/local"
wall=$(TZ=Europe/Berlin date +%Y-%m-%dT%H:%M:%S)
vm 0 'a hardware clock in local time' --disk "$T/local.img" --medium "$T/localmedium.img" "${renew[@]}" --rtc "base=$wall"
like 'the clock is taken as that zone'\''s' "$out" 'local time \(/etc/adjtime says LOCAL\)'
read -r told < <(sed -n 's/.* there is \([0-9T:-]*Z\).*/\1/p' <<<"$out")
late=$(($(date +%s) - $(date -u -d "$told" +%s)))
ok "the time is right to the minutes that the boot takes ($late s)" test "$late" -ge -5 -a "$late" -lt 300
ok 'openssl says that it is rescued' "$LIB/verify-node" --quiet --before "$T/local.tree" --ca "$T/local.ca" "$T/local.img"
done_testing
