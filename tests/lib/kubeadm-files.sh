#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by make-node: the files of a kubeadm node that hold no certificate (manifests, kubelet, operating system).
# Uses make-node's variables: out etc style version etcdver pause etcdflags name ip urlip endpoints rtc end now.

probe() { # NAME PATH PORT SCHEME HOST FAILURES [ready]: one probe of a static pod, as kubeadm writes it
	cat <<END
    $1:
      failureThreshold: $6
      httpGet:
        host: $5
        path: $2
        port: $3
        scheme: $4
END
	[ "${7:-}" = ready ] || echo '      initialDelaySeconds: 10'
	[ "${7:-}" = ready ] && echo '      periodSeconds: 1' || echo '      periodSeconds: 10'
	echo '      timeoutSeconds: 15'
}
ports() { # PORT: since 1.33 the probes name the port
	[ -z "$named" ] || printf '    ports:\n    - containerPort: %s\n      name: probe-port\n      protocol: TCP\n' "$1"
}
mounts() { # PATH=NAME=ro|rw=TYPE...: what is mounted; kubeadm sorts the volumes by name
	local m path vname mode type
	echo '    volumeMounts:'
	for m; do
		IFS='=' read -r path vname mode type <<<"$m"
		printf '    - mountPath: %s\n      name: %s\n' "$path" "$vname"
		[ "$mode" = rw ] || echo '      readOnly: true'
	done
	printf '  hostNetwork: true\n  %s\n' "$priority"
	[ "$style" = 1.20 ] || printf '  securityContext:\n    seccompProfile:\n      type: RuntimeDefault\n'
	echo '  volumes:'
	printf '%s\n' "$@" | sort -t= -k2,2 | while IFS='=' read -r path vname mode type; do
		printf '  - hostPath:\n      path: %s\n      type: %s\n    name: %s\n' "$path" "$type" "$vname"
	done
	echo 'status: {}'
}
pod() { # COMPONENT ANNOTATION IMAGE FLAG...: a static pod's head up to its image
	local component=$1 annotation=$2 image=$3 f
	shift 3
	printf 'apiVersion: v1\nkind: Pod\nmetadata:\n'
	[ -z "$annotation" ] || printf '  annotations:\n    %s\n' "$annotation"
	[ "$style" = 1.36 ] || echo '  creationTimestamp: null'
	cat <<END
  labels:
    component: $component
    tier: control-plane
  name: $component
  namespace: kube-system
spec:
  containers:
  - command:
    - $component
END
	for f; do echo "    - $f"; done
	printf '    image: %s/%s\n    imagePullPolicy: IfNotPresent\n' "$registry" "$image"
}
certmounts() { # the trust stores that kubeadm finds on Debian
	[ "$style" = 1.20 ] || echo /etc/ca-certificates=etc-ca-certificates=ro=DirectoryOrCreate
}
usrcertmounts() {
	[ "$style" = 1.20 ] || printf '%s\n' /usr/local/share/ca-certificates=usr-local-share-ca-certificates=ro=DirectoryOrCreate \
		/usr/share/ca-certificates=usr-share-ca-certificates=ro=DirectoryOrCreate
}

etcd_yaml() {
	local flags=(--advertise-client-urls=https://$urlip:2379 --cert-file=/etc/kubernetes/pki/etcd/server.crt
		--client-cert-auth=true --data-dir=/var/lib/etcd)
	case $style$etcdflags in
	1.20*) ;;
	*experimental) flags+=(--experimental-initial-corrupt-check=true --experimental-watch-progress-notify-interval=5s) ;;
	*) flags+=(--feature-gates=InitialCorruptCheck=true) ;;
	esac
	flags+=(--initial-advertise-peer-urls=https://$urlip:2380 --initial-cluster=$name=https://$urlip:2380
		--key-file=/etc/kubernetes/pki/etcd/server.key --listen-client-urls=https://127.0.0.1:2379,https://$urlip:2379
		--listen-metrics-urls=http://127.0.0.1:2381 --listen-peer-urls=https://$urlip:2380 --name=$name
		--peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt --peer-client-cert-auth=true
		--peer-key-file=/etc/kubernetes/pki/etcd/peer.key --peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
		--snapshot-count=10000 --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt)
	[ "$style" != 1.36 ] || flags+=(--watch-progress-notify-interval=5s)
	pod etcd "kubeadm.kubernetes.io/etcd.advertise-client-urls: https://$urlip:2379" "etcd:$etcdver" "${flags[@]}"
	local live=/livez ready=/readyz p=2381
	[ -z "$named" ] || p=probe-port
	case $style in 1.20) live=/health ready='' ;; 1.29) live='/health?exclude=NOSPACE&serializable=true' ready='' ;; esac
	probe livenessProbe "$live" $p HTTP 127.0.0.1 8
	echo '    name: etcd'
	ports 2381
	[ -z "$ready" ] || probe readinessProbe "$ready" $p HTTP 127.0.0.1 3 ready
	printf '    resources:\n      requests:\n        cpu: 100m\n'
	[ "$style" != 1.20 ] || echo '        ephemeral-storage: 100Mi'
	echo '        memory: 100Mi'
	case $style in 1.20) live=/health ;; 1.29) live='/health?serializable=false' ;; *) live=/readyz ;; esac
	probe startupProbe "$live" $p HTTP 127.0.0.1 24
	mounts /var/lib/etcd=etcd-data=rw=DirectoryOrCreate /etc/kubernetes/pki/etcd=etcd-certs=rw=DirectoryOrCreate
}

apiserver_yaml() {
	local f p=6443 m
	[ -z "$named" ] || p=probe-port
	mapfile -t f <<END
--advertise-address=$ip
--allow-privileged=true
--authorization-mode=Node,RBAC
--client-ca-file=/etc/kubernetes/pki/ca.crt
--enable-admission-plugins=NodeRestriction
--enable-bootstrap-token-auth=true
--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
--etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
--etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key
--etcd-servers=https://127.0.0.1:2379
--kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt
--kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key
--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname
--proxy-client-cert-file=/etc/kubernetes/pki/front-proxy-client.crt
--proxy-client-key-file=/etc/kubernetes/pki/front-proxy-client.key
--requestheader-allowed-names=front-proxy-client
--requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt
--requestheader-extra-headers-prefix=X-Remote-Extra-
--requestheader-group-headers=X-Remote-Group
--requestheader-username-headers=X-Remote-User
--secure-port=6443
--service-account-issuer=https://kubernetes.default.svc.cluster.local
--service-account-key-file=/etc/kubernetes/pki/sa.pub
--service-account-signing-key-file=/etc/kubernetes/pki/sa.key
--service-cluster-ip-range=10.96.0.0/12
--tls-cert-file=/etc/kubernetes/pki/apiserver.crt
--tls-private-key-file=/etc/kubernetes/pki/apiserver.key
END
	[ "$style" != 1.20 ] || f+=(--insecure-port=0)
	mapfile -t f < <(printf '%s\n' "${f[@]}" | sort)
	local endpoint=$urlip:6443
	[ "$urlip" = "$ip" ] || endpoint="'$endpoint'"
	pod kube-apiserver "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: $endpoint" \
		"kube-apiserver:$version" "${f[@]}"
	probe livenessProbe /livez $p HTTPS "$ip" 8
	echo '    name: kube-apiserver'
	ports 6443
	probe readinessProbe /readyz $p HTTPS "$ip" 3 ready
	printf '    resources:\n      requests:\n        cpu: 250m\n'
	probe startupProbe /livez $p HTTPS "$ip" 24
	mapfile -t m < <(echo /etc/ssl/certs=ca-certs=ro=DirectoryOrCreate; certmounts
		echo /etc/kubernetes/pki=k8s-certs=ro=DirectoryOrCreate; usrcertmounts)
	mounts "${m[@]}"
}

controller_manager_yaml() {
	local f p=10257 m
	[ -z "$named" ] || p=probe-port
	mapfile -t f <<'END'
--allocate-node-cidrs=true
--authentication-kubeconfig=/etc/kubernetes/controller-manager.conf
--authorization-kubeconfig=/etc/kubernetes/controller-manager.conf
--bind-address=127.0.0.1
--client-ca-file=/etc/kubernetes/pki/ca.crt
--cluster-cidr=10.244.0.0/16
--cluster-name=kubernetes
--cluster-signing-cert-file=/etc/kubernetes/pki/ca.crt
--cluster-signing-key-file=/etc/kubernetes/pki/ca.key
--controllers=*,bootstrapsigner,tokencleaner
--kubeconfig=/etc/kubernetes/controller-manager.conf
--leader-elect=true
--requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt
--root-ca-file=/etc/kubernetes/pki/ca.crt
--service-account-private-key-file=/etc/kubernetes/pki/sa.key
--service-cluster-ip-range=10.96.0.0/12
--use-service-account-credentials=true
END
	# External CA mode: the key was never on the node, and kubeadm leaves the two flags empty.
	[ -z "$caout" ] || f=("${f[@]/#--cluster-signing-cert-file=*/--cluster-signing-cert-file=}")
	[ -z "$caout" ] || f=("${f[@]/#--cluster-signing-key-file=*/--cluster-signing-key-file=}")
	[ "$style" != 1.20 ] || f+=(--port=0)
	mapfile -t f < <(printf '%s\n' "${f[@]}" | sort)
	pod kube-controller-manager '' "kube-controller-manager:$version" "${f[@]}"
	probe livenessProbe /healthz $p HTTPS 127.0.0.1 8
	echo '    name: kube-controller-manager'
	ports 10257
	printf '    resources:\n      requests:\n        cpu: 200m\n'
	probe startupProbe /healthz $p HTTPS 127.0.0.1 24
	mapfile -t m < <(echo /etc/ssl/certs=ca-certs=ro=DirectoryOrCreate; certmounts
		echo /usr/libexec/kubernetes/kubelet-plugins/volume/exec=flexvolume-dir=rw=DirectoryOrCreate
		echo /etc/kubernetes/pki=k8s-certs=ro=DirectoryOrCreate
		echo /etc/kubernetes/controller-manager.conf=kubeconfig=ro=FileOrCreate; usrcertmounts)
	mounts "${m[@]}"
}

scheduler_yaml() {
	local p=10259 live=/healthz ready=''
	case $style in 1.33|1.36) p=probe-port live=/livez ready=/readyz ;; esac
	pod kube-scheduler '' "kube-scheduler:$version" --authentication-kubeconfig=/etc/kubernetes/scheduler.conf \
		--authorization-kubeconfig=/etc/kubernetes/scheduler.conf --bind-address=127.0.0.1 \
		--kubeconfig=/etc/kubernetes/scheduler.conf --leader-elect=true $([ "$style" = 1.20 ] && echo --port=0)
	probe livenessProbe $live $p HTTPS 127.0.0.1 8
	echo '    name: kube-scheduler'
	ports 10259
	[ -z "$ready" ] || probe readinessProbe $ready $p HTTPS 127.0.0.1 3 ready
	printf '    resources:\n      requests:\n        cpu: 100m\n'
	probe startupProbe $live $p HTTPS 127.0.0.1 24
	mounts /etc/kubernetes/scheduler.conf=kubeconfig=ro=FileOrCreate
}

kubelet_files() {
	local zero=0s empty='""' modern=yes
	[ "$style" != 1.20 ] || modern=
	cat >"$out/var/lib/kubelet/config.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: $zero
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: $zero
    cacheUnauthorizedTTL: $zero
${modern:+cgroupDriver: systemd
}clusterDNS:
- 10.96.0.10
clusterDomain: cluster.local
${modern:+containerRuntimeEndpoint: $empty
}cpuManagerReconcilePeriod: $zero
evictionPressureTransitionPeriod: $zero
fileCheckFrequency: $zero
healthzBindAddress: 127.0.0.1
healthzPort: 10248
httpCheckFrequency: $zero
imageMinimumGCAge: $zero
kind: KubeletConfiguration
nodeStatusReportFrequency: $zero
nodeStatusUpdateFrequency: $zero
rotateCertificates: true
runtimeRequestTimeout: $zero
shutdownGracePeriod: $zero
shutdownGracePeriodCriticalPods: $zero
staticPodPath: /etc/kubernetes/manifests
streamingConnectionIdleTimeout: $zero
syncFrequency: $zero
volumeStatsAggPeriod: $zero
END
	local args="--container-runtime-endpoint=unix:///run/containerd/containerd.sock --pod-infra-container-image=registry.k8s.io/pause:$pause"
	case $style in
	1.20) args="--container-runtime=remote --container-runtime-endpoint=/run/containerd/containerd.sock --hostname-override=$name" ;;
	1.36) args="--container-runtime-endpoint=unix:///run/containerd/containerd.sock" ;;
	esac
	echo "KUBELET_KUBEADM_ARGS=\"$args\"" >"$out/var/lib/kubelet/kubeadm-flags.env"
	local unit=$out/usr/lib/systemd/system dropin=$out/usr/lib/systemd/system/kubelet.service.d
	[ "$style" != 1.20 ] || dropin=$out/etc/systemd/system/kubelet.service.d
	mkdir -p "$dropin"
	cat >"$unit/kubelet.service" <<'END'
[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
END
	ln -s /lib/systemd/system/kubelet.service "$out/etc/systemd/system/multi-user.target.wants/kubelet.service"
	cat >"$dropin/10-kubeadm.conf" <<'END'
# Note: This dropin only works with kubeadm and kubelet v1.11+
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
# This is a file that "kubeadm init" and "kubeadm join" generates at runtime, populating the KUBELET_KUBEADM_ARGS variable dynamically
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
# This is a file that the user can use for overrides of the kubelet args as a last resort. Preferably, the user should use
# the .NodeRegistration.KubeletExtraArgs object in the configuration files instead. KUBELET_EXTRA_ARGS should be sourced from this file.
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
END
	echo 'KUBELET_EXTRA_ARGS=' >"$out/etc/default/kubelet"
}

system_files() {
	local zone=/usr/share/zoneinfo/Europe/Berlin e
	echo "$name" >"$out/etc/hostname"
	{
		printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n%s\t%s\n' "$name" "$ip" "$name"
		for e in "${endpoints[@]}"; do printf '%s\t%s\n' "$ip" "$e"; done
		printf '\n::1     localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\n'
	} >"$out/etc/hosts"
	cat >"$out/usr/lib/os-release" <<'END'
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
END
	ln -s ../usr/lib/os-release "$out/etc/os-release"
	printf '%s\n' "$name" | md5sum | cut -c1-32 >"$out/etc/machine-id"
	chmod 0444 "$out/etc/machine-id"
	printf 'UUID=6b1f7a3e-0c1e-4a1b-9d55-0a6e1c0fce01 /    ext4 errors=remount-ro 0 1\n' >"$out/etc/fstab"
	printf '0.0 %s 0.0\n%s\n%s\n' "$now" "$now" "$([ "$rtc" = local ] && echo LOCAL || echo UTC)" >"$out/etc/adjtime"
	ln -s "$zone" "$out/etc/localtime"
	echo Europe/Berlin >"$out/etc/timezone"
	if [ -f "$zone" ]; then
		mkdir -p "$out/usr/share/zoneinfo/Europe"
		cp -L "$zone" "$out$zone"
	fi
	printf 'root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000:Alice,,,:/home/alice:/bin/bash\n' >"$out/etc/passwd"
	: >"$out/var/lib/systemd/timesync/clock"
}

kubeadm_files() {
	local registry=registry.k8s.io priority='priority: 2000001000' named='' f
	priority+=$'\n  priorityClassName: system-node-critical'
	case $style in
	1.20) registry=k8s.gcr.io priority='priorityClassName: system-node-critical' ;;
	1.33|1.36) named=1 ;;
	esac
	(umask 077
	for f in etcd:etcd kube-apiserver:apiserver kube-controller-manager:controller_manager kube-scheduler:scheduler; do
		"${f#*:}_yaml" >"$etc/manifests/${f%%:*}.yaml"
	done)
	kubelet_files
	system_files
}
