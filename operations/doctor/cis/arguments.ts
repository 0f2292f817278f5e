import { z } from "zod";
import type { CisFacts, Component } from "./cisFacts";

const tls = "/var/lib/rancher/k3s/server/tls";

/**
 * What k3s gives Kubernetes by itself, for hosts whose log no longer tells.
 *
 * @see https://github.com/k3s-io/k3s/blob/master/pkg/daemons/control/server.go
 */
const ownArguments: Readonly<Record<Component, Readonly<Record<string, string>>>> = {
  "kube-apiserver": {
    "anonymous-auth": "false",
    "authorization-mode": "Node,RBAC",
    "client-ca-file": `${tls}/client-ca.crt`,
    "enable-admission-plugins": "NodeRestriction",
    "etcd-cafile": `${tls}/etcd/server-ca.crt`,
    "etcd-certfile": `${tls}/etcd/client.crt`,
    "etcd-keyfile": `${tls}/etcd/client.key`,
    "kubelet-certificate-authority": `${tls}/server-ca.crt`,
    "kubelet-client-certificate": `${tls}/client-kube-apiserver.crt`,
    "kubelet-client-key": `${tls}/client-kube-apiserver.key`,
    profiling: "false",
    "service-account-key-file": `${tls}/service.key`,
    "tls-cert-file": `${tls}/serving-kube-apiserver.crt`,
    "tls-private-key-file": `${tls}/serving-kube-apiserver.key`,
  },
  "kube-controller-manager": {
    "bind-address": "127.0.0.1",
    profiling: "false",
    "root-ca-file": `${tls}/server-ca.crt`,
    "service-account-private-key-file": `${tls}/service.current.key`,
    "use-service-account-credentials": "true",
  },
  "kube-scheduler": { "bind-address": "127.0.0.1", profiling: "false" },
  "kube-proxy": {},
  kubelet: {
    "anonymous-auth": "false",
    "authorization-mode": "Webhook",
    "client-ca-file": "/var/lib/rancher/k3s/agent/client-ca.crt",
    "read-only-port": "0",
    "tls-cert-file": "/var/lib/rancher/k3s/agent/serving-kubelet.crt",
    "tls-private-key-file": "/var/lib/rancher/k3s/agent/serving-kubelet.key",
  },
};

/** Where kubelet's configuration file has what was an argument. */
const kubeletPaths: Readonly<Record<string, readonly string[]>> = {
  "anonymous-auth": ["authentication", "anonymous", "enabled"],
  "authorization-mode": ["authorization", "mode"],
  "client-ca-file": ["authentication", "x509", "clientCAFile"],
  "streaming-connection-idle-timeout": ["streamingConnectionIdleTimeout"],
  "protect-kernel-defaults": ["protectKernelDefaults"],
  "tls-cert-file": ["tlsCertFile"],
  "tls-private-key-file": ["tlsPrivateKeyFile"],
};

const list = z.array(z.unknown()).catch([]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

function valueAt(document: unknown, path: readonly string[]): string | undefined {
  const found = path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? Object.getOwnPropertyDescriptor(value, key)?.value
        : undefined,
    document,
  );
  const parsed = scalar.safeParse(found);
  return parsed.success ? String(parsed.data) : undefined;
}

/** An argument as it is in force, and where that was seen. */
export interface Effective {
  readonly value: string | undefined;
  readonly source: string;
}

/** The arguments of config.yaml for a component; the last word on a name counts. */
function configured({ config }: CisFacts, component: Component): Record<string, string> {
  const words = list.parse(config[`${component}-arg`]).map(String);
  return Object.fromEntries(
    words.map((word) => {
      const [name = "", ...value] = word.replace(/^--/, "").split("=");
      return [name, value.join("=")];
    }),
  );
}

/** What an argument of a component is: by k3s's log, else by its configuration. */
export function effective(facts: CisFacts, component: Component, name: string): Effective {
  const logged = facts.logged[component];
  const fromFile =
    component === "kubelet" ? valueAt(facts.kubelet, kubeletPaths[name] ?? [name]) : undefined;
  if (logged !== undefined) {
    const value = logged[name];
    return value === undefined && fromFile !== undefined
      ? { value: fromFile, source: "kubelet's configuration" }
      : { value, source: "k3s's log" };
  }
  const own = configured(facts, component)[name];
  if (own !== undefined) return { value: own, source: "config.yaml" };
  return {
    value: fromFile ?? ownArguments[component][name],
    source: "k3s's default; its log no longer tells",
  };
}
