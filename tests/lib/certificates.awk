# SPDX-License-Identifier: MIT
# The corpus language (tests/data/certificates.txt) for make-certificates. Pass 1 writes the to-be-signed parts (tbs.N),
# the list to-sign, the cases and their sh lines; pass 2 takes the signatures and writes the certificates.

BEGIN {
	for (i = 0; i < 256; i++) {
		ord[sprintf("%c", i)] = i
		hexof[i] = sprintf("%02x", i)
		val[hexof[i]] = i
	}
	n = split("seq 30 set 31 bool 01 int 02 bits 03 oct 04 null 05 oid 06 utf8 0c num 12 print 13 t61 14 ia5 16 utc 17 gen 18 " \
		"univ 1c bmp 1e c0 80 c1 81 c2 82 c3 83 c4 84 c6 86 c7 87 c8 88 x0 a0 x1 a1 x2 a2 x3 a3 x4 a4 mail 81 dns 82 uri 86 ip 87", w, " ")
	for (i = 1; i < n; i += 2)
		tag[w[i]] = w[i + 1]
	# signature algorithms: kind of key, digest: the identifier
	alg["ec", "sha1"] = "2a8648ce3d0401"; alg["ec", "sha256"] = "2a8648ce3d040302"
	alg["ec", "sha384"] = "2a8648ce3d040303"; alg["ec", "sha512"] = "2a8648ce3d040304"
	alg["rsa", "md5"] = "2a864886f70d010104"; alg["rsa", "sha1"] = "2a864886f70d010105"
	alg["rsa", "sha256"] = "2a864886f70d01010b"; alg["rsa", "sha384"] = "2a864886f70d01010c"
	alg["rsa", "sha512"] = "2a864886f70d01010d"; alg["rsa", "pss"] = "2a864886f70d01010a"
	alg["ed25519", "none"] = "2b6570"; alg["dsa", "sha256"] = "608648016503040302"
	scope = "all"
	system("mkdir -p all")
}

function die(why) {
	print "make-certificates: " FILENAME ":" FNR ": " why >"/dev/stderr"
	bad = 1
	exit 1
}

# --- DER from text ------------------------------------------------------------------------------

function length_of(hex, loose,	n) {
	n = length(hex) / 2
	if (loose && n < 128) return "81" hexof[n]
	if (loose) return "83" sprintf("%06x", n)
	if (n < 128) return hexof[n]
	if (n < 256) return "81" hexof[n]
	return "82" sprintf("%04x", n)
}

function arc(v,	out) {
	out = hexof[v % 128]
	for (v = int(v / 128); v; v = int(v / 128))
		out = hexof[128 + v % 128] out
	return out
}

function oid(dots,	part, n, i, out) {
	n = split(dots, part, ".")
	out = arc(part[1] * 40 + part[2])
	for (i = 3; i <= n; i++)
		out = out arc(part[i])
	return out
}

function quoted(	out, c) { # S, P behind the quote
	out = ""
	for (; P <= length(S); P++) {
		c = substr(S, P, 1)
		if (c == "\"") { P++; return out }
		if (c == "\\") c = substr(S, ++P, 1)
		out = out hexof[ord[c]]
	}
	die("a quote does not end: " S)
}

function element(name, body,	loose, save) {
	loose = name ~ /~$/
	sub(/~$/, "", name)
	if (name in def) {
		save = star; star = body
		body = der(def[name])
		star = save
		return body
	}
	if (!(name in tag)) die("no such element: " name)
	return tag[name] length_of(body, loose) body
}

function word(w) {
	if (w ~ /^\$/) {
		w = substr(w, 2)
		if (w == "*") return star
		if (w in var) return der(var[w])
		if (w in def) return der(def[w])
		die("no such value: $" w)
	}
	if (w ~ /^[0-9]+(\.[0-9]+)+$/) return oid(w)
	if (w ~ /^([0-9a-f][0-9a-f])+$/) return w
	die("not understood: " w)
}

function body(	out, c, w) { # S from P to the brace that closes, or the end
	out = ""
	while (P <= length(S)) {
		c = substr(S, P, 1)
		if (c ~ /[ \t]/) { P++; continue }
		if (c == "}") { P++; return out }
		if (c == "\"") { P++; out = out quoted(); continue }
		match(substr(S, P), /^[^ \t{}"]+/)
		if (RLENGTH < 1) die("not understood: " substr(S, P))
		w = substr(S, P, RLENGTH)
		P += RLENGTH
		if (substr(S, P, 1) == "{") { P++; out = out element(w, body()) }
		else out = out word(w)
	}
	return out
}

function der(text,	s, p, out) {
	s = S; p = P
	S = text; P = 1
	out = body()
	S = s; P = p
	return out
}

# --- certificates -------------------------------------------------------------------------------

function kind_of(key) {
	sub(/-.*/, "", key)
	return key ~ /^p[0-9]/ || key ~ /^secp/ ? "ec" : key ~ /^rsa/ ? "rsa" : key
}

function place(name) {
	if ((scope, name) in subject) return scope SUBSEP name
	if (("all", name) in subject) return "all" SUBSEP name
	die("no such certificate: " name)
}

function write(hex, file,	i, n) {
	n = length(hex)
	for (i = 1; i < n; i += 2)
		printf "%c", val[substr(hex, i, 2)] >file
	close(file)
}

function default_to(name, value) { if (!(name in var)) var[name] = value }

function finish(	at, signer, md, tbs, k) {
	if (C == "") return
	default_to("key", "p256-a")
	default_to("subject", "name{\"" C "\"}")
	subject[scope, C] = der(var["subject"])
	key[scope, C] = var["key"]
	at = place(by)
	signer = "signer" in var ? var["signer"] : key[at]
	default_to("md", kind_of(signer) ~ /^ed/ ? "none" : "sha256")
	md = var["md"]
	if (!((kind_of(signer), md) in alg)) die("no algorithm for " signer " and " md)
	if (!(var["key"] in spki)) die("no such key: " var["key"])
	default_to("version", "x0{int{02}}")
	default_to("serial", "int{0badcafe}")
	default_to("alg", "seq{oid{" alg[kind_of(signer), md] "}" (kind_of(signer) == "rsa" && md != "pss" ? " null{}" : "") \
		(md == "pss" ? " $pss" : "") "}")
	default_to("issuer", subject[at])
	default_to("time", "seq{utc{\"260101000000Z\"} utc{\"360101000000Z\"}}")
	default_to("spki", spki[var["key"]])
	default_to("ids", ""); default_to("ext", ""); default_to("more", "")
	default_to("exts", var["ext"] == "" ? "" : "x3{seq{$ext}}")
	default_to("outer", var["alg"])
	tbs = der("seq{$version $serial $alg $issuer $time $subject $spki $ids $exts $more}")
	N++
	if (pass == 1) {
		write(tbs, "tbs." N)
		print N, signer, md >"to-sign"
	} else {
		var["SIG"] = signature[N]
		var["RS"] = substr(signature[N], 5) # ECDSA up to P-384: the header is two octets
		default_to("sig", "00 $SIG")
		default_to("behind", "")
		default_to("cert", "seq{$TBS $outer bits{$sig} $behind}")
		var["TBS"] = tbs
		write(der(var["cert"]), scope "/" C ".der")
	}
	C = ""
}

function end_case(	k) {
	finish()
	if (scope == "all") return
	if (line["ask"] == "" || line["want"] == "" || line["go"] == "" || line["what"] == "") die("case " scope " is not complete")
	if (pass == 1)
		printf "%s\037%s\037%s\037%s\037%s\037%s\037%s\n", scope, line["what"], line["ask"], line["want"], regex, line["go"], line["why"] >"cases"
}

# --- lines --------------------------------------------------------------------------------------

FILENAME == "spkis" { spki[$1] = $2; next }
FILENAME == "signatures" { signature[FNR] = $1; next }
/^[ \t]*(#|$)/ { next }
/^[ \t]/ {
	sub(/^[ \t]+/, "")
	if (match($0, /^[a-z]+ =( |$)/)) {
		field = $1
		var[field] = substr($0, RLENGTH + 1)
	} else if (in_def)
		def[in_def] = def[in_def] " " $0
	else
		var[field] = var[field] " " $0
	next
}
{ in_def = "" }
$1 == "def" { finish(); in_def = $2; sub(/^def[ \t]+[^ \t]+[ \t]+=[ \t]*/, ""); def[in_def] = $0; next }
$1 == "cert" {
	finish()
	C = $2; by = $4
	if ($3 != "by" || NF != 4) die("cert NAME by NAME")
	split("", var)
	field = ""
	next
}
$1 == "case" {
	end_case()
	split("", line)
	scope = $2; regex = ""
	if (scope in seen) die("case " scope " comes twice")
	seen[scope] = 1
	system("mkdir -p '" scope "'")
	next
}
$1 == "sh" { finish(); sub(/^sh[ \t]+/, ""); if (pass == 1) print >(scope "/sh"); next }
$1 == "want" { finish(); line["want"] = $2; sub(/^want[ \t]+[a-z]+[ \t]*/, ""); regex = $0; next }
$1 == "what" || $1 == "ask" || $1 == "go" || $1 == "why" { finish(); k = $1; sub(/^[a-z]+[ \t]+/, ""); line[k] = $0; next }
{ die("not understood: " $0) }
END { if (!bad) end_case() }
