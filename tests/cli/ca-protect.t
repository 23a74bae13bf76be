#!/bin/bash
# SPDX-License-Identifier: MIT
# ca protect: all keys of a directory are encrypted, under a passphrase or shares of one, or none is changed; a cut leaves
# each file old or new.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
. "$(dirname "$0")/cas.sh"
echo 'a passphrase of some length' >"$T/pass"
echo 'another one, as long as that' >"$T/new"
echo 'not the right one at all' >"$T/wrong"
d=$T/ca
# Two CAs; with a passphrase file, encrypted cheaply.
mk() {
	rm -rf "$d"
	ca "$d/ca" p256 /CN=kubernetes
	ca "$d/etcd/ca" rsa2048 /CN=etcd-ca
	[ $# = 0 ] || for f in ca etcd/ca; do
		openssl pkcs8 -topk8 -in "$d/$f.key" -v2 aes-256-cbc -iter 1000 -passout "file:$1" -out "$d/x"
		mv "$d/x" "$d/$f.key"; chmod 600 "$d/$f.key"
	done
}
one() { mk "$@"; rm -r "$d/etcd"; } # the same with the first alone
protect() { "$C" ca protect "$d" "$@"; }
no() { # CODE REGEX WHAT option...: refused, and the directory is as before
	local want=$1 re=$2 what=$3
	shift 3
	tree "$d" >"$T/tree"
	WHAT=$what refuses "$want" "$re" "$C" ca protect "$d" "$@"
	tree "$d" >"$T/tree.is"
	same "$what: nothing is changed" "$T/tree" "$T/tree.is"
}

# --- a passphrase
mk; cp "$d/ca.crt" "$T/was.crt"
exits 0 'plain keys' protect --new-passphrase-file "$T/new"
like 'it is said that the disk may still hold the plain key' "$out" 'unused space'
ok 'the first opens with openssl' opens "$d/ca.key" "$T/new" "$d/ca.crt"
ok 'and the second' opens "$d/etcd/ca.key" "$T/new" "$d/etcd/ca.crt"
like 'the scheme' "$(openssl asn1parse -in "$d/ca.key" | xargs)" 'PBES2.*PBKDF2.*hmacWithSHA256.*aes-256-cbc'
rounds=$((16#$(openssl asn1parse -in "$d/ca.key" | sed -n 's/.*INTEGER *://p' | head -1)))
is '600,000 to 10,000,000 rounds' "$((rounds >= 600000 && rounds <= 10000000))" 1
isnt 'each has a salt of its own' "$(openssl asn1parse -in "$d/ca.key" | grep 'HEX DUMP' | head -1)" "$(openssl asn1parse -in "$d/etcd/ca.key" | grep 'HEX DUMP' | head -1)"
is 'modes' "$(stat -c %a "$d/ca.crt" "$d/ca.key" | xargs)" '644 600'
same 'the certificate is as before' "$d/ca.crt" "$T/was.crt"
is 'nothing else lies there' "$(find "$d" -type f | wc -l)" 4
exits 0 'a new passphrase' protect --passphrase-file "$T/new" --new-passphrase-file "$T/pass"
ok 'it opens' opens "$d/ca.key" "$T/pass" "$d/ca.crt"
not_ok 'the old one does not' opens "$d/ca.key" "$T/new" "$d/ca.crt"
unlike 'no plain key was there' "$out" 'unused space'
no 1 'ca\.key: the passphrase does not open this key; nothing was changed' 'a wrong passphrase' --passphrase-file "$T/wrong" --new-passphrase-file "$T/new"
no 1 'no passphrase; nothing was changed' 'no passphrase' --new-passphrase-file "$T/new"
no 1 'no new passphrase' 'no new one' --passphrase-file "$T/pass"
no 1 'empty' 'an empty new one' --passphrase-file "$T/pass" --new-passphrase-file /dev/null
no 1 'nowhere' 'a new one that is not there' --passphrase-file "$T/pass" --new-passphrase-file "$T/nowhere"
printf '\n' >"$T/line"
no 1 'empty' 'an empty line' --passphrase-file "$T/pass" --new-passphrase-file "$T/line"
refuses 64 'directory of the CA' "$C" ca protect
refuses 64 'gives it' "$C" ca protect "$d" --shares 2/3 --new-passphrase-file "$T/new"
refuses 64 'add --shares-out' "$C" ca protect "$d" --shares 2/3 --format json
refuses 64 'add --shares' "$C" ca protect "$d" --shares-out "$T/shares"
mkdir "$T/none"
refuses 1 'no private key' "$C" ca protect "$T/none" --new-passphrase-file "$T/new"
refuses 1 'gone' "$C" ca protect "$T/gone" --new-passphrase-file "$T/new"

# --- all or none
mk; head -c 90 "$d/ca.key" >"$T/x"; cat "$T/x" >"$d/ca.key"
no 1 'ca\.key: nothing was changed: ' 'one key is damaged' --new-passphrase-file "$T/new"
mk; cp "$(cakey ed25519 x)" "$d/other.key"; chmod 600 "$d/other.key"
no 1 'other\.key: .*Ed25519' 'one is of a kind that is not supported' --new-passphrase-file "$T/new"
mk; openssl pkcs8 -topk8 -in "$d/ca.key" -v2 aes-256-cbc -iter 1000 -passout "file:$T/pass" -out "$d/x"; mv "$d/x" "$d/ca.key"
no 1 'ca\.key: .*encrypted and there is no passphrase' 'one is encrypted already' --new-passphrase-file "$T/new"
chmod 600 "$d/ca.key"
exits 0 'with its passphrase both change' protect --passphrase-file "$T/pass" --new-passphrase-file "$T/new"
ok 'the first' opens "$d/ca.key" "$T/new" "$d/ca.crt"
ok 'the second' opens "$d/etcd/ca.key" "$T/new" "$d/etcd/ca.crt"
mk; leaf "$d/ca" "$d/apiserver" /CN=kube-apiserver
no 5 'programs of a node' "a node's own directory" --new-passphrase-file "$T/new"
openssl pkcs12 -export -in "$T/was.crt" -inkey "$d/ca.key" -out "$T/x.p12" -passout pass: 2>/dev/null
mk; openssl pkcs12 -export -in "$d/ca.crt" -inkey "$d/ca.key" -out "$d/x.p12" -passout "file:$T/pass" 2>/dev/null
no 1 'x\.p12: keys in a PKCS#12 file' 'a PKCS#12 file is not rewritten' --passphrase-file "$T/pass" --new-passphrase-file "$T/new"

# --- files of other forms
mk; { echo before; cat "$d/ca.crt"; echo between; cat "$d/ca.key"; cat "$d/etcd/ca.key"; echo after; } >"$d/all"; chmod 600 "$d/all"
rm "$d"/ca.* "$d/etcd/ca.key"
openssl rsa -in "$(cakey rsa2048 der)" -outform DER -out "$d/key.der" 2>/dev/null; chmod 640 "$d/key.der"
exits 0 'several in one file, and a DER file' protect --new-passphrase-file "$T/new"
is 'what stands around them stays' "$(grep -E '^(before|between|after)$' "$d/all" | xargs)" 'before between after'
is 'two keys, encrypted' "$(grep -c 'BEGIN ENCRYPTED PRIVATE KEY' "$d/all")" 2
unlike 'no other key' "$(cat "$d/all")" 'BEGIN (EC|RSA) PRIVATE'
is 'the certificate is there' "$(pub "$d/all")" "$(pub "$T/was.crt")"
ok 'DER stays DER' openssl pkey -inform DER -in "$d/key.der" -passin "file:$T/new" -noout
is 'and its mode is strict now' "$(stat -c %a "$d/key.der")" 600
exits 0 'show opens all' "$C" ca show "$d" --passphrase-file "$T/new"
for k in rsa8192 p521; do
	ca "$T/$k/ca" $k /CN=kubernetes
	exits 0 "$k" "$C" ca protect "$T/$k" --new-passphrase-file "$T/new"
	ok "$k: openssl opens it" opens "$T/$k/ca.key" "$T/new" "$T/$k/ca.crt"
done
one; ln -s ca.key "$d/link.key"
exits 0 'a link is passed over' protect --new-passphrase-file "$T/new"
is 'and stays a link' "$(readlink "$d/link.key")" ca.key
if [ "$(id -u)" = 0 ]; then
	one; chown 12345:12345 "$d/ca.key"
	exits 0 "another user's key" protect --new-passphrase-file "$T/new"
	is "stays that user's" "$(stat -c %u:%g "$d/ca.key")" 12345:12345
else
	skip 'not root' "another user's key"
fi

# --- cut off: strace makes a system call fail, or kills the process there
if command -v strace >/dev/null; then
	mk "$T/pass"; tree "$d" >"$T/tree"
	run strace -f -qq -o /dev/null -e trace=rename -e inject=rename:error=EIO:when=1 "$C" ca protect "$d" --passphrase-file "$T/pass" --new-passphrase-file "$T/new"
	is 'the first rename fails' "$code" 1
	tree "$d" >"$T/tree.is"; same 'nothing is changed' "$T/tree" "$T/tree.is"
	run strace -f -qq -o /dev/null -e trace=rename -e inject=rename:error=EIO:when=2 "$C" ca protect "$d" --passphrase-file "$T/pass" --new-passphrase-file "$T/new"
	is 'the second rename fails: exit code' "$code" 3
	like 'it is said which are changed and which are not' "$err" "changed: $d/ca.key; not changed: $d/etcd/ca.key; .*run it again"
	ok 'the first opens with the new' opens "$d/ca.key" "$T/new" "$d/ca.crt"
	ok 'the second with the old' opens "$d/etcd/ca.key" "$T/pass" "$d/etcd/ca.crt"
	is 'nothing else lies there' "$(find "$d" -type f | wc -l)" 4
	exits 0 'the same command finishes it' protect --passphrase-file "$T/pass" --new-passphrase-file "$T/new"
	ok 'now the second is new' opens "$d/etcd/ca.key" "$T/new" "$d/etcd/ca.crt"
	for call in rename:when=1 fsync:when=1; do
		one "$T/pass"
		run bash -c '"$@"; exit $?' - strace -f -qq -o /dev/null -e "trace=${call%%:*}" -e "inject=${call%%:*}:signal=KILL:${call#*:}" "$C" ca protect "$d" --passphrase-file "$T/pass" --new-passphrase-file "$T/new"
		is "killed at $call" "$code" 137
		if opens "$d/ca.key" "$T/pass" "$d/ca.crt" || opens "$d/ca.key" "$T/new" "$d/ca.crt"; then pass 'the key is old or new'
		else fail 'the key is old or new'; fi
		exits 0 'the same command again' protect --passphrase-file "$T/pass" --new-passphrase-file "$T/new"
		ok 'does it' opens "$d/ca.key" "$T/new" "$d/ca.crt"
	done
	one "$T/pass"; tree "$d" >"$T/tree"
	run strace -f -qq -o /dev/null -e trace=write -e inject=write:error=ENOSPC:when=1 "$C" ca protect "$d" --passphrase-file "$T/pass" --new-passphrase-file "$T/new"
	is 'a full disk' "$code" 1
	tree "$d" >"$T/tree.is"; same 'changes nothing' "$T/tree" "$T/tree.is"
	run strace -f -qq -o /dev/null -e trace=write -e inject=write:retval=1:when=1 "$C" ca protect "$d" --passphrase-file "$T/pass" --new-passphrase-file "$T/new"
	is 'a disk that loses a byte' "$code" 1
	like 'is noticed' "$err" 'cannot be read back'
	tree "$d" >"$T/tree.is"; same 'before anything is changed' "$T/tree" "$T/tree.is"
	one
	run strace -f -qq -e trace=execve,write -o "$T/trace" -s 9999 "$C" ca protect "$d" --new-passphrase-file "$T/new"
	not_ok 'the passphrase is in no argument and in no output' grep -qF 'another one, as long' "$T/trace"
else
	skip 'strace is missing' 'cut off'
fi

# --- shares
one
exits 0 'shares' protect --shares 2/3 --shares-out "$T/shares"
is 'a file each' "$(ls "$T/shares" | xargs)" 'share-1-of-3.txt share-2-of-3.txt share-3-of-3.txt'
is 'modes' "$(stat -c %a "$T/shares" "$T/shares/share-1-of-3.txt" | xargs)" '700 600'
is '24 words each' "$(grep -v '^#' "$T/shares/share-2-of-3.txt" | wc -w)" 24
not_ok 'the key is no longer plain' grep -q 'BEGIN EC PRIVATE' "$d/ca.key"
for two in 1:2 3:1; do
	cat "$T/shares/share-${two%:*}-of-3.txt" "$T/shares/share-${two#*:}-of-3.txt" >"$T/two"
	exits 0 "shares $two open it" "$C" ca show "$d" --passphrase-file "$T/two" --format json
	json "shares $two: the pairs" 'all(.cas[].private_key; .pair == true)'
done
refuses 1 'share' "$C" ca show "$d" --passphrase-file "$T/shares/share-1-of-3.txt"
cat "$T/shares/share-1-of-3.txt" "$T/shares/share-1-of-3.txt" >"$T/twice"
refuses 1 'share' "$C" ca show "$d" --passphrase-file "$T/twice"
sed 's/^\([a-z]*\) /zebra /' "$T/two" >"$T/typo"
refuses 1 'word' "$C" ca show "$d" --passphrase-file "$T/typo"
no 1 'there already' 'shares that lie there already' --passphrase-file "$T/two" --shares 2/3 --shares-out "$T/shares"
for bad in 1/3 3/2 0/0 2 2/17 a/b 2/3x -1/2 2/; do
	no 64 'shares: M/N|not' "no such shares: $bad" --passphrase-file "$T/two" "--shares=$bad" --shares-out "$T/no"
	[ ! -e "$T/no" ] || fail 'no directory is made'
done
exits 0 'back to a passphrase' protect --passphrase-file "$T/two" --new-passphrase-file "$T/new"
ok 'which opens' opens "$d/ca.key" "$T/new" "$d/ca.crt"
exits 0 'shares to standard output' protect --passphrase-file "$T/new" --shares 3/3
printf '%s\n' "$out" | grep -v "^$d" >"$T/three"
exits 0 'open it' "$C" ca show "$d" --passphrase-file "$T/three"
grep -v '^# share 3' "$T/three" | head -10 >"$T/short"
exits 1 'two of three that are needed do not' "$C" ca show "$d" --passphrase-file "$T/short"
one "$T/pass"
no 1 'directory cannot be made' 'shares that nobody gets' --passphrase-file "$T/pass" --shares 2/2 --shares-out "$T/a/b/c"
tree "$d" >"$T/tree"
"$C" ca protect "$d" --passphrase-file "$T/pass" --shares 2/2 >/dev/full 2>"$T/err"
is 'a full standard output' $? 1
tree "$d" >"$T/tree.is"; same 'changes nothing' "$T/tree" "$T/tree.is"
if command -v strace >/dev/null; then
	one "$T/pass"
	run strace -f -qq -o /dev/null -e trace=rename -e inject=rename:error=EIO:when=3 "$C" ca protect "$d" --passphrase-file "$T/pass" --shares 2/2 --shares-out "$T/s2"
	isnt 'shares are there, the keys fail: it fails' "$code" 0
	ok 'the old passphrase still opens' opens "$d/ca.key" "$T/pass" "$d/ca.crt"
fi
# A rescue with shares.
"$LIB/make-node" --key p256 --out "$T/node" --ca-out "$T/off" || bail 'make-node failed'
"$LIB/make-medium" --ca "$T/off" --out "$T/medium"
exits 0 'the CAs of a medium' "$C" ca protect "$T/medium/ca/kubernetes" --shares 2/5 --shares-out "$T/five"
cat "$T/five/share-2-of-5.txt" "$T/five/share-5-of-5.txt" >"$T/two"
exits 0 'a node is rescued with two of five' "$C" renew --root "$T/node" --media "$T/medium" --yes --quiet --passphrase-file "$T/two"
ok 'openssl finds it good' "$LIB/verify-node" --quiet --ca "$T/off" --key new "$T/node"

# --- asked at a terminal
if command -v script >/dev/null; then
	P='(passphrase|again).*: '
	one
	dialogue "$P" "$C ca protect $d --color never" 'typed at the terminal' 'typed at the terminal'
	is 'a terminal is asked for a new one, twice' "$code" 0
	echo 'typed at the terminal' >"$T/typed"
	ok 'which opens' opens "$d/ca.key" "$T/typed" "$d/ca.crt"
	unlike 'and is not shown' "$out" 'typed at'
	dialogue '(Passphrase|passphrase for|again).*: ' "$C ca protect $d" 'wrong at first' 'typed at the terminal' 'the next passphrase' 'the next passphrase'
	is 'the old one first, then the new one' "$code" 0
	echo 'the next passphrase' >"$T/typed"
	ok 'which opens' opens "$d/ca.key" "$T/typed" "$d/ca.crt"
	tree "$d" >"$T/tree"
	dialogue 'Passphrase.*: ' "$C ca protect $d" 'wrong 1' 'wrong 2' 'wrong 3'
	is 'three wrong tries' "$code" 1
	dialogue '(Passphrase|passphrase for|again).*: ' "$C ca protect $d" 'the next passphrase' 'new passphrase one' 'new passphrase two'
	is 'two that differ' "$code" 1
	tree "$d" >"$T/tree.is"; same 'nothing is changed' "$T/tree" "$T/tree.is"
	dialogue '(Passphrase|Press Enter).*' "$C ca protect $d --shares 2/2" 'the next passphrase' '' ''
	is 'shares on a terminal, one after the other' "$code" 0
	sed 's/\r$//' <<<"$out" | grep -aE '^([a-z]+ ){5}[a-z]+$' >"$T/words"
	is 'eight lines of words' "$(wc -l <"$T/words")" 8
	exits 0 'which open it' "$C" ca show "$d" --passphrase-file "$T/words" --format json
	json 'the pair' '.cas[0].private_key.pair == true'
	# Shares are typed where a passphrase is asked.
	one=$(head -4 "$T/words" | xargs) two=$(tail -4 "$T/words" | xargs)
	dialogue '(Passphrase of|Share 2|passphrase for|again).*: ' "$C ca protect $d" "$one" "$two" 'typed at the terminal' 'typed at the terminal'
	is 'shares that are typed open it' "$code" 0
	unlike 'words are not shown' "$out" "$(head -1 "$T/words")"
else
	skip 'script is missing (package bsdutils)' 'asked at a terminal'
fi
not_ok 'no passphrase is left in the directories' grep -rqF 'another one, as long' "$d" "$T/shares"

done_testing
