#!/bin/bash
# SPDX-License-Identifier: MIT
# The real parts: etcd, etcdctl, kubectl, nginx, openssl and cfssl refuse the node before the rescue and work with it after.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
for p in etcd:etcd-server etcdctl:etcd-client kubectl:kubernetes-client nginx:nginx-light; do
	command -v "${p%:*}" >/dev/null || skip_all "${p%:*} is missing (package ${p#*:})"
done
CFSSL=$ROOT/build/tests/cfssl/cfssl
[ -x "$CFSSL" ] || skip_all 'cfssl is missing (make setup)'

pids=()
stop() { [ ${#pids[@]} = 0 ] || { kill "${pids[@]}" 2>/dev/null; wait "${pids[@]}" 2>/dev/null; pids=(); }; }
trap 'stop; tap_exit' EXIT
# port: a free one; asked of the kernel, by what listens and what does not
port() {
	local p
	while :; do
		p=$((20000 + RANDOM % 12000))
		case " ${taken:-} " in *" $p "*) continue ;; esac
		(exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null && continue
		taken+=" $p"
		REPLY=$p
		return
	done
}
# soon SECONDS cmd...: until it succeeds
soon() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}
open_port() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# --- etcd: two members, so that peers really speak to each other; every port demands a client certificate
port; c1=$REPLY; port; p1=$REPLY; port; c2=$REPLY; port; p2=$REPLY
etcds() { # NODE: starts both with its files
	local i e=$1$P/etcd
	rm -rf "$T/etcd1" "$T/etcd2"
	for i in 1 2; do
		local c=c$i p=p$i
		mkdir -m 700 "$T/etcd$i"
		etcd --name m$i --data-dir "$T/etcd$i" --listen-client-urls "https://127.0.0.1:${!c}" --advertise-client-urls "https://127.0.0.1:${!c}" \
			--listen-peer-urls "https://127.0.0.1:${!p}" --initial-advertise-peer-urls "https://127.0.0.1:${!p}" \
			--initial-cluster "m1=https://127.0.0.1:$p1,m2=https://127.0.0.1:$p2" --initial-cluster-token "$$" --initial-cluster-state new \
			--cert-file "$e/server.crt" --key-file "$e/server.key" --client-cert-auth --trusted-ca-file "$e/ca.crt" \
			--peer-cert-file "$e/peer.crt" --peer-key-file "$e/peer.key" --peer-client-cert-auth --peer-trusted-ca-file "$e/ca.crt" \
			>"$T/etcd$i.log" 2>&1 &
		pids+=($!)
	done
}
ctl() { # NODE PAIR MEMBER ARGUMENT...
	local n=$1$P pair=$2 c=c$3
	shift 3
	ETCDCTL_API=3 timeout 20 etcdctl --endpoints "https://127.0.0.1:${!c}" --cacert "$n/etcd/ca.crt" --cert "$n/$pair.crt" --key "$n/$pair.key" \
		--dial-timeout 3s --command-timeout 6s "$@"
}

# --- the API server's part: nginx with its pair, which demands a client certificate of the cluster's CA
port; api=$REPLY
server() { # NODE
	cat >"$T/nginx.conf" <<END
daemon off; master_process off; pid $T/nginx.pid; error_log $T/nginx.log;
events {}
http {
	access_log off; default_type application/json;
	client_body_temp_path $T/n1; proxy_temp_path $T/n2; fastcgi_temp_path $T/n3; uwsgi_temp_path $T/n4; scgi_temp_path $T/n5;
	server {
		listen 127.0.0.1:$api ssl;
		ssl_certificate $1$P/apiserver.crt; ssl_certificate_key $1$P/apiserver.key;
		ssl_client_certificate $1$P/ca.crt; ssl_verify_client on; ssl_verify_depth 1;
		location /version { return 200 '{"major":"1","minor":"33","gitVersion":"v1.33.5","subject":"\$ssl_client_s_dn"}'; }
	}
}
END
	nginx -c "$T/nginx.conf" -e "$T/nginx.log" >"$T/nginx.out" 2>&1 &
	pids+=($!)
	soon 20 open_port "$api" || note "nginx does not listen: $(cat "$T/nginx.log" "$T/nginx.out")"
}
kc() { # NODE CONFIG
	HOME=$T timeout 20 kubectl --kubeconfig "$1$2" --server "https://127.0.0.1:$api" --tls-server-name cp-1 --request-timeout 8s get --raw /version
}

# --- one cluster after the other: P-256 and RSA
for alg in p256 rsa2048; do
	rm -rf "$T"/{base,ca,medium}
	cluster --key $alg
	fresh
	etcds "$T/node"
	soon 20 open_port "$c1" || note "etcd does not listen: $(tail -3 "$T/etcd1.log")"
	not_ok "$alg: before the rescue etcdctl cannot put" ctl "$T/node" apiserver-etcd-client 1 put key old
	like "$alg: etcd's or its client's reason is the date" "$err$(cat "$T"/etcd?.log)" 'certificate has expired'
	like "$alg: nor can the peers speak" "$(cat "$T"/etcd?.log)" 'remote error: tls: bad certificate|certificate has expired'
	stop
	server "$T/node"
	not_ok "$alg: before the rescue kubectl gets nothing" kc "$T/node" $K/admin.conf
	like "$alg: its reason is the date" "$err" 'certificate has expired'
	stop

	exits 0 "$alg: renewed" renew
	etcds "$T/node"
	soon 30 ctl "$T/node" apiserver-etcd-client 1 put key "new $alg"
	ok "$alg: etcdctl puts with the API server's client certificate" ctl "$T/node" apiserver-etcd-client 1 put key "new $alg"
	ok "$alg: the other member has it, over rescued peer certificates" ctl "$T/node" apiserver-etcd-client 2 get --print-value-only key
	is "$alg: the same value" "$out" "new $alg"
	ok "$alg: endpoint health with the health check's certificate" ctl "$T/node" etcd/healthcheck-client 2 endpoint health
	is "$alg: two members" "$(ctl "$T/node" etcd/healthcheck-client 1 member list 2>/dev/null | grep -c started)" 2
	not_ok "$alg: etcd still demands a certificate of its CA" ctl "$T/node" apiserver-kubelet-client 1 get key
	not_ok "$alg: and does not take the expired one" env ETCDCTL_API=3 timeout 20 etcdctl --endpoints "https://127.0.0.1:$c1" --cacert "$T/node$P/etcd/ca.crt" \
		--cert "$T/base$P/apiserver-etcd-client.crt" --key "$T/base$P/apiserver-etcd-client.key" --command-timeout 3s get key
	stop
	server "$T/node"
	configs="$K/admin.conf"
	[ $alg = rsa2048 ] || configs="$K/admin.conf $K/super-admin.conf $K/controller-manager.conf $K/scheduler.conf /home/alice/.kube/config"
	for f in $configs; do
		ok "$alg: kubectl with the rescued $f" kc "$T/node" $f
		like "$alg: as whom it says" "$out" 'CN=(kubernetes-(super-)?admin|system:kube-(controller-manager|scheduler))'
	done
	not_ok "$alg: kubectl with the expired admin.conf is refused" kc "$T/base" $K/admin.conf
	cp "$(readlink "$T/node/var/lib/kubelet/pki/kubelet-client-current.pem" | sed "s|^|$T/node|")" "$T/kubelet.pem"
	sed "s|/.*/kubelet-client-current.pem|$T/kubelet.pem|" "$T/node$K/kubelet.conf" >"$T/kubelet.conf"
	ok "$alg: kubectl with kubelet.conf and its new pem" kc '' "$T/kubelet.conf"
	like "$alg: as the node" "$out" 'CN=system:node:cp-1,O=system:nodes'
	stop

	# --- openssl, strictly; and cfssl
	while read -r f ca purposes; do
		crt $f >"$T/leaf.crt"
		for p in $purposes; do
			# Strict is RFC 5280: it wants a subject key id in the CA alone.
			ok "$alg: openssl -x509_strict, $p: $f" openssl verify -x509_strict -check_ss_sig -policy_check -no-CApath -no-CAstore -no-CAfile \
				-trusted "$T/node$P/$ca.crt" -purpose $p "$T/leaf.crt"
		done
		run "$CFSSL" certinfo -cert "$T/leaf.crt"
		is "$alg: cfssl reads $f" "$(jq -r '.subject.common_name' <<<"$out")" "$(openssl x509 -in "$T/leaf.crt" -noout -subject -nameopt multiline | sed -n 's/ *commonName *= //p')"
	done <<END
$P/apiserver.crt ca sslserver
$P/apiserver-kubelet-client.crt ca sslclient
$P/front-proxy-client.crt front-proxy-ca sslclient
$P/apiserver-etcd-client.crt etcd/ca sslclient
$P/etcd/server.crt etcd/ca sslserver sslclient
$P/etcd/peer.crt etcd/ca sslserver sslclient
$P/etcd/healthcheck-client.crt etcd/ca sslclient
$K/admin.conf ca sslclient
$K/super-admin.conf ca sslclient
$K/controller-manager.conf ca sslclient
$K/scheduler.conf ca sslclient
$(readlink "$T/node/var/lib/kubelet/pki/kubelet-client-current.pem") ca sslclient
END
	openssl x509 -in "$T/node/var/lib/kubelet/pki/kubelet.crt" -out "$T/leaf.crt"
	ok "$alg: cfssl reads the kubelet's serving certificate" "$CFSSL" certinfo -cert "$T/leaf.crt"
	not_ok "$alg: a certificate is not taken for the other purpose" openssl verify -x509_strict -trusted "$T/node$P/ca.crt" -purpose sslserver "$T/node$P/apiserver-kubelet-client.crt"
done

done_testing
