package main

// kind says how a configuration key is written.
type kind int

const (
	text kind = iota
	toggle
	list
)

// actedOn are the keys of k3s that change what the stand-in does.
var actedOn = map[string]kind{
	"agent-token": text, "agent-token-file": text, "cluster-cidr": text, "cluster-init": toggle,
	"cluster-reset": toggle, "cluster-reset-restore-path": text, "config": text, "data-dir": text,
	"disable": list, "etcd-expose-metrics": toggle, "etcd-snapshot-dir": text,
	"kube-apiserver-arg": list, "kube-controller-manager-arg": list, "node-ip": text,
	"node-label": list, "node-name": text, "node-taint": list, "secrets-encryption": toggle,
	"server": text, "service-cidr": text, "tls-san": list, "token": text, "token-file": text,
	"write-kubeconfig": text, "write-kubeconfig-mode": text, "advertise-address": text,
	"flannel-backend": text, "embedded-registry": toggle, "disable-network-policy": toggle,
	"disable-kube-proxy": toggle, "cluster-dns": text, "cluster-domain": text,
}

// ignored are k3s's other real keys: accepted, named once in the log, not acted on.
var ignored = map[string]kind{
	"airgap-extra-registry": list, "alsologtostderr": toggle, "apiserver-bind-address": text,
	"apiserver-port": text, "bind-address": text, "container-runtime-endpoint": text,
	"datastore-cafile": text, "datastore-certfile": text, "datastore-endpoint": text,
	"datastore-keyfile": text, "debug": toggle, "default-local-storage-path": text,
	"default-runtime": text, "disable-agent": toggle, "disable-apiserver": toggle,
	"disable-apiserver-lb": toggle, "disable-cloud-controller": toggle,
	"disable-controller-manager": toggle, "disable-default-registry-endpoint": toggle,
	"disable-etcd": toggle, "disable-helm-controller": toggle, "disable-scheduler": toggle,
	"docker": toggle, "egress-selector-mode": text, "enable-pprof": toggle, "etcd-arg": list,
	"etcd-disable-snapshots": toggle, "etcd-s3": toggle, "etcd-s3-access-key": text,
	"etcd-s3-bucket": text, "etcd-s3-bucket-lookup-type": text, "etcd-s3-config-secret": text,
	"etcd-s3-endpoint": text, "etcd-s3-endpoint-ca": text, "etcd-s3-folder": text,
	"etcd-s3-insecure": toggle, "etcd-s3-proxy": text, "etcd-s3-region": text,
	"etcd-s3-retention": text, "etcd-s3-secret-key": text, "etcd-s3-session-token": text,
	"etcd-s3-skip-ssl-verify": toggle, "etcd-s3-timeout": text, "etcd-snapshot-compress": toggle,
	"etcd-snapshot-name": text, "etcd-snapshot-reconcile-interval": text,
	"etcd-snapshot-retention": text, "etcd-snapshot-schedule-cron": text,
	"flannel-cni-conf": text, "flannel-conf": text, "flannel-external-ip": toggle,
	"flannel-iface": text, "flannel-ipv6-masq": toggle, "helm-job-image": text,
	"image-credential-provider-bin-dir": text, "image-credential-provider-config": text,
	"image-service-endpoint": text, "kine-tls": toggle, "kube-cloud-controller-manager-arg": list,
	"kube-proxy-arg": list, "kube-scheduler-arg": list, "kubelet-arg": list,
	"lb-server-port": text, "log": text, "node-external-dns": list, "node-external-ip": list,
	"node-internal-dns": list, "nonroot-devices": toggle, "pause-image": text,
	"prefer-bundled-bin": toggle, "private-registry": text, "protect-kernel-defaults": toggle,
	"resolv-conf": text, "rootless": toggle, "secrets-encryption-provider": text, "selinux": toggle,
	"service-node-port-range": text, "servicelb-namespace": text, "snapshotter": text,
	"supervisor-metrics": toggle, "system-default-registry": text, "tls-san-security": toggle,
	"v": text, "vmodule": text, "vpn-auth": text, "vpn-auth-file": text, "with-node-id": toggle,
	"write-kubeconfig-group": text,
}

// refused are keys whose neglect would give another cluster than the one asked for.
var refused = map[string]string{
	"datastore-endpoint": "the stand-in has only embedded etcd",
	"disable-agent":      "every server of the stand-in is a node too",
	"rootless":           "the stand-in does not run rootless",
	"with-node-id":       "the stand-in knows nodes by name alone",
}

func kindOf(key string) (kind, bool) {
	if found, known := actedOn[key]; known {
		return found, true
	}
	found, known := ignored[key]
	return found, known
}
