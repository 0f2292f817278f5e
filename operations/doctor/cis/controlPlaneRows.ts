import { createHash } from "node:crypto";
import { hardeningFiles } from "../../../components/k3s/hardening";
import type { Config } from "../../../config/schema";
import type { CisFacts } from "./cisFacts";
import {
  argumentRow,
  byHand,
  type CisFinding,
  type CisRow,
  fail,
  is,
  isSet,
  manual,
  pass,
} from "./cisRow";

const manager = "kube-controller-manager";
const converges = "raise the host's generation and run `pulumi up`";

/** Whether nothing but this host reaches a port; nothing that listens is fine as well. */
function localOnly(port: number) {
  return ({ listening }: CisFacts): CisFinding => {
    const open = listening.filter((address) => address.endsWith(`:${port}`));
    if (open.length === 0) return pass(`nothing listens on ${port}`);
    const wide = open.filter(
      (address) => !/^(127\.0\.0\.1|\[::1\]|\[::ffff:127\.0\.0\.1\]):/.test(address),
    );
    return wide.length === 0 ? pass(open.join(", ")) : fail(`${wide.join(", ")} is open to others`);
  };
}

/** Whether someone without a certificate is turned away. */
function closed(name: string) {
  return ({ answers }: CisFacts): CisFinding => {
    const code = answers[name] ?? "000";
    return code === "000"
      ? pass("no answer without a certificate")
      : fail(`status ${code} without a certificate`);
  };
}

/** Whether a file is the one that this configuration asks for. */
function asRendered(file: string) {
  return ({ digests, host }: CisFacts, { k3s }: Config): CisFinding => {
    const text = hardeningFiles({ ...k3s, role: host.role })[file];
    if (text === undefined) return fail("not wanted by the configuration");
    const digest = digests[file];
    if (digest === undefined) return fail(`no /etc/rancher/k3s/${file}`);
    return digest === createHash("sha256").update(text).digest("hex")
      ? pass(`/etc/rancher/k3s/${file} is Bramble's`)
      : fail(`/etc/rancher/k3s/${file} is another than Bramble's`);
  };
}

/** Controller manager, scheduler, etcd, audit and policies. */
export const controlPlaneRows: readonly CisRow[] = [
  argumentRow({
    ...{ id: "1.3.1", text: "ended pods are removed", component: manager },
    ...{ name: "terminated-pod-gc-threshold", test: isSet },
  }),
  argumentRow({
    ...{ id: "1.3.2", text: "the controller manager shows no profiles", component: manager },
    ...{ name: "profiling", test: is("false") },
  }),
  argumentRow({
    ...{ id: "1.3.3", text: "each controller has its own account", component: manager },
    ...{ name: "use-service-account-credentials", test: is("true") },
  }),
  argumentRow({
    ...{ id: "1.3.4", text: "it signs tokens by a key of their own", component: manager },
    ...{ name: "service-account-private-key-file", test: isSet },
  }),
  argumentRow({
    ...{ id: "1.3.5", text: "pods are given the cluster's CA", component: manager },
    ...{ name: "root-ca-file", test: isSet },
  }),
  {
    ...{ id: "1.3.7", text: "only this host reaches the controller manager", on: "server" },
    ...{ mend: converges, look: localOnly(10257) },
  },
  argumentRow({
    ...{ id: "1.4.1", text: "the scheduler shows no profiles", component: "kube-scheduler" },
    ...{ name: "profiling", test: is("false") },
  }),
  {
    ...{ id: "1.4.2", text: "only this host reaches the scheduler", on: "server" },
    ...{ mend: converges, look: localOnly(10259) },
  },
  {
    ...{ id: "2.2", text: "etcd asks clients for a certificate", on: "server" },
    ...{ mend: "remove etcd-arg from k3s's configuration", look: closed("etcd") },
  },
  {
    ...{ id: "2.5", text: "etcd asks its peers for a certificate", on: "server" },
    ...{ mend: "remove etcd-arg from k3s's configuration", look: closed("etcd-peer") },
  },
  {
    ...{ id: "2.7", text: "etcd has a CA of its own", on: "server" },
    mend: "`k3s certificate rotate-ca` with separate CAs (docs/runbooks/secrets-rotation.md)",
    look: ({ digests }) => {
      const [own, etcd] = [digests["tls/server-ca.crt"], digests["tls/etcd/server-ca.crt"]];
      if (own === undefined || etcd === undefined) return manual("the CAs were not read");
      return own === etcd ? fail("it shares the cluster's") : pass("two different files");
    },
  },
  {
    ...{ id: "3.2.1", text: "an audit policy is in force", on: "server" },
    ...{ mend: converges, look: asRendered("audit-policy.yaml") },
  },
  {
    ...{ id: "3.2.2", text: "the audit log is filled", on: "server" },
    mend: "look for `audit` in `sudo journalctl -u k3s`; is the disk full?",
    look: ({ auditLogBytes }) =>
      auditLogBytes === undefined || auditLogBytes === 0
        ? fail("no line in it")
        : pass(`${Math.ceil(auditLogBytes / 1000)} kB in the current file`),
  },
  byHand(
    "5.1.1",
    "cluster-admin only where it is needed",
    "not judged",
    "`kubectl get clusterrolebindings -o wide | grep cluster-admin`",
  ),
  byHand(
    "5.1.5",
    "default service accounts have no rights",
    "not judged",
    "`kubectl get rolebindings,clusterrolebindings -A -o wide | grep /default`",
  ),
  {
    ...{ id: "5.2.1", text: "Pod Security holds for every namespace", on: "server" },
    ...{ mend: converges, look: asRendered("admission.yaml") },
  },
  {
    ...{ id: "5.2.2", text: "privileged pods are refused by default", on: "server" },
    mend: "set k3s.podSecurity.enforce to baseline or restricted and run `pulumi up`",
    look: (_, { k3s }) => {
      const { enforce, exemptNamespaces } = k3s.podSecurity;
      const also =
        exemptNamespaces.length === 0 ? "" : `, yours exempt: ${exemptNamespaces.join(", ")}`;
      const found = `enforced: ${enforce}${also}`;
      return enforce === "privileged" ? fail(found) : pass(found);
    },
  },
  byHand(
    "5.3.2",
    "every namespace has a network policy",
    "not judged; the media namespace has its own",
    "`kubectl get networkpolicies -A`",
  ),
];
