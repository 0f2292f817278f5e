import { minorOf } from "../../../components/k3s/paths";
import type { AuditSettings } from "../../../components/k3s/hardening";
import type { Config } from "../../../config/schema";
import { effective } from "./arguments";
import {
  argumentRow,
  byHand,
  type CisRow,
  fail,
  holds,
  holdsNot,
  is,
  isNot,
  isSet,
  manual,
  pass,
  unset,
} from "./cisRow";

const component = "kube-apiserver";
const turnedOn = "set k3s.audit.enabled to true and run `pulumi up`";

const audited =
  (key: keyof AuditSettings) =>
  (value: string | undefined, _: unknown, { k3s }: Config) =>
    value === String(k3s.audit[key]);

const weak = /_(CBC|RC4|3DES)_|TLS_RSA_/;

/** How the API server is told to run. */
export const apiserverRows: readonly CisRow[] = [
  argumentRow({
    ...{ id: "1.2.1", text: "nobody is let in without a name", component },
    ...{ name: "anonymous-auth", test: is("false") },
  }),
  {
    ...{ id: "1.2.1", text: "the API answers a stranger with 401", on: "server" },
    mend: "remove anonymous-auth from the API server's arguments and run `pulumi up`",
    look: ({ answers }) => {
      const code = answers["apiserver"] ?? "000";
      const found = `status ${code} without credentials`;
      if (code === "000") return manual("the API did not answer");
      return code === "401" || code === "403" ? pass(found) : fail(found);
    },
  },
  argumentRow({
    ...{ id: "1.2.2", text: "there is no file of fixed tokens", component },
    ...{ name: "token-auth-file", test: unset },
  }),
  argumentRow({
    ...{ id: "1.2.4", text: "the API server shows kubelets a certificate", component },
    ...{ name: "kubelet-client-certificate", test: isSet },
  }),
  argumentRow({
    ...{ id: "1.2.5", text: "the API server checks kubelets' certificates", component },
    ...{ name: "kubelet-certificate-authority", test: isSet },
  }),
  argumentRow({
    ...{ id: "1.2.6", text: "not everything is allowed to everyone", component },
    ...{
      name: "authorization-mode",
      test: (value) => isSet(value) && holdsNot("AlwaysAllow")(value),
    },
  }),
  argumentRow({
    ...{ id: "1.2.7", text: "nodes may do what nodes need", component },
    ...{ name: "authorization-mode", test: holds("Node") },
  }),
  argumentRow({
    ...{ id: "1.2.8", text: "everyone else may do what their roles say", component },
    ...{ name: "authorization-mode", test: holds("RBAC") },
  }),
  argumentRow({
    ...{ id: "1.2.9", text: "events are limited", component },
    ...{ name: "enable-admission-plugins", test: holds("EventRateLimit") },
  }),
  argumentRow({
    ...{ id: "1.2.10", text: "nothing admits everything", component },
    ...{ name: "enable-admission-plugins", test: holdsNot("AlwaysAdmit") },
  }),
  byHand(
    "1.2.11",
    "images are pulled anew for each pod",
    "not set: pods could not start while the Internet is away",
    "set imagePullPolicy: Always where images are private to some users of a node",
  ),
  argumentRow({
    ...{ id: "1.2.12", text: "pods act by service accounts", component },
    ...{ name: "disable-admission-plugins", test: holdsNot("ServiceAccount") },
  }),
  argumentRow({
    ...{ id: "1.2.13", text: "nothing is made in namespaces that go", component },
    ...{ name: "disable-admission-plugins", test: holdsNot("NamespaceLifecycle") },
  }),
  argumentRow({
    ...{ id: "1.2.14", text: "a node changes only itself and its pods", component },
    ...{ name: "enable-admission-plugins", test: holds("NodeRestriction") },
  }),
  argumentRow({
    ...{ id: "1.2.15", text: "the API server shows no profiles", component },
    ...{ name: "profiling", test: is("false") },
  }),
  argumentRow({
    ...{ id: "1.2.16", text: "the audit log is written", component, mend: turnedOn },
    ...{ name: "audit-log-path", test: isSet },
  }),
  argumentRow({
    ...{ id: "1.2.17", text: "audit files are kept as configured", component, mend: turnedOn },
    ...{ name: "audit-log-maxage", test: audited("maxAgeDays") },
  }),
  argumentRow({
    ...{ id: "1.2.18", text: "as many audit files as configured", component, mend: turnedOn },
    ...{ name: "audit-log-maxbackup", test: audited("maxBackups") },
  }),
  argumentRow({
    ...{ id: "1.2.19", text: "audit files are as large as configured", component, mend: turnedOn },
    ...{ name: "audit-log-maxsize", test: audited("maxSizeMegabytes") },
  }),
  argumentRow({
    ...{ id: "1.2.20", text: "requests end in time", component },
    ...{ name: "request-timeout", test: isNot("0") },
  }),
  argumentRow({
    ...{ id: "1.2.21", text: "tokens of deleted service accounts are refused", component },
    ...{ name: "service-account-lookup", test: isNot("false") },
  }),
  argumentRow({
    ...{ id: "1.2.22", text: "tokens are signed by a key of their own", component },
    ...{ name: "service-account-key-file", test: isSet },
  }),
  argumentRow({
    ...{ id: "1.2.23", text: "the API server shows etcd a certificate", component },
    ...{ name: "etcd-certfile", test: isSet },
  }),
  argumentRow({
    ...{ id: "1.2.24", text: "the API is served by TLS", component },
    ...{ name: "tls-cert-file", test: isSet },
  }),
  argumentRow({
    ...{ id: "1.2.25", text: "clients' certificates are checked", component },
    ...{ name: "client-ca-file", test: isSet },
  }),
  argumentRow({
    ...{ id: "1.2.26", text: "the API server checks etcd's certificate", component },
    ...{ name: "etcd-cafile", test: isSet },
  }),
  {
    ...{ id: "1.2.27", text: "Secrets are encrypted in etcd", on: "server" },
    mend: "set secrets-encryption on all servers (Bramble's default) and run `sudo k3s secrets-encrypt reencrypt`",
    look: ({ encryption, providers }) => {
      const names = providers.length === 0 ? "" : `, providers ${providers.join(", ")}`;
      if (encryption !== "") {
        return encryption.startsWith("Enabled")
          ? pass(`k3s says ${encryption}${names}`)
          : fail(`k3s says ${encryption}`);
      }
      if (providers.length === 0) return fail("no encryption configuration");
      return providers[0] === "identity" ? fail(`writes in clear${names}`) : pass(names.slice(2));
    },
  },
  {
    ...{ id: "1.2.28", text: "a strong cipher encrypts them", on: "server" },
    mend: "`sudo k3s secrets-encrypt rotate-keys` writes them anew with today's provider",
    look: ({ providers }) => {
      const [first] = providers;
      if (first === undefined) return manual("no encryption configuration was read");
      return ["aescbc", "aesgcm", "secretbox", "kms"].includes(first) ? pass(first) : fail(first);
    },
  },
  argumentRow({
    ...{ id: "1.2.29", text: "TLS uses strong ciphers", component },
    ...{ name: "tls-cipher-suites", test: (value) => value === undefined || !weak.test(value) },
  }),
  {
    ...{ id: "1.2.30", text: "pods' tokens live no longer than asked", on: "server" },
    mend: "raise the host's generation and run `pulumi up`",
    look: (facts, { k3s }) => {
      const name = "service-account-extend-token-expiration";
      const { value, source } = effective(facts, component, name);
      if (minorOf(k3s.version) < 29) return manual("asked for from Kubernetes 1.29 on");
      const found = `${name} is ${value ?? "not set"} (${source})`;
      return value === "false" ? pass(found) : fail(found);
    },
  },
];
