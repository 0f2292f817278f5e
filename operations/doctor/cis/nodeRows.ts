import { strongCipherSuites } from "../../../components/k3s/hardening";
import { argumentRow, byHand, type CisRow, fail, is, isNot, isSet, manual, pass } from "./cisRow";

const component = "kubelet";
const on = "node";
const converges = "raise the host's generation and run `pulumi up`";

/** Kernel settings that kubelet's protect-kernel-defaults wants. */
const wantedSysctls: Readonly<Record<string, string>> = {
  "vm.overcommit_memory": "1",
  "vm.panic_on_oom": "0",
  "kernel.panic": "10",
  "kernel.panic_on_oops": "1",
  "kernel.keys.root_maxkeys": "1000000",
  "kernel.keys.root_maxbytes": "25000000",
};

/** kubelet, kube-proxy and the host itself. */
export const nodeRows: readonly CisRow[] = [
  argumentRow({
    ...{ id: "4.2.1", text: "kubelet lets nobody in without a name", component, on },
    ...{ name: "anonymous-auth", test: is("false") },
  }),
  {
    ...{ id: "4.2.1", text: "kubelet answers a stranger with 401", on },
    mend: converges,
    look: ({ answers }) => {
      const code = answers["kubelet"] ?? "000";
      if (code === "000") return manual("kubelet did not answer on 10250");
      return code === "401" || code === "403"
        ? pass(`status ${code} without credentials`)
        : fail(`status ${code} without credentials`);
    },
  },
  argumentRow({
    ...{ id: "4.2.2", text: "kubelet asks the API who may do what", component, on },
    ...{ name: "authorization-mode", test: is("Webhook") },
  }),
  argumentRow({
    ...{ id: "4.2.3", text: "kubelet checks clients' certificates", component, on },
    ...{ name: "client-ca-file", test: isSet },
  }),
  {
    ...{ id: "4.2.4", text: "kubelet has no open read-only port", on },
    mend: "remove read-only-port from k3s.kubeletArgs and run `pulumi up`",
    look: ({ answers }) => {
      const code = answers["kubelet-read-only"] ?? "000";
      return code === "000" ? pass("nothing answers on 10255") : fail(`status ${code} on 10255`);
    },
  },
  argumentRow({
    ...{ id: "4.2.5", text: "idle connections end", component, on },
    ...{
      name: "streaming-connection-idle-timeout",
      test: (value) => isSet(value) && isNot("0")(value),
    },
  }),
  argumentRow({
    ...{ id: "4.2.6", text: "kubelet keeps its firewall chains", component, on },
    ...{ name: "make-iptables-util-chains", test: isNot("false") },
  }),
  byHand(
    "4.2.8",
    "events are kept at a sensible rate",
    "upstream's default",
    "set event-qps in k3s.kubeletArgs if events are lost",
  ),
  argumentRow({
    ...{ id: "4.2.9", text: "kubelet serves TLS by the cluster's CA", component, on },
    ...{ name: "tls-cert-file", test: isSet },
  }),
  argumentRow({
    ...{ id: "4.2.10", text: "kubelet's certificate is renewed", component, on },
    ...{ name: "rotate-certificates", test: isNot("false") },
  }),
  argumentRow({
    ...{ id: "4.2.12", text: "kubelet uses strong ciphers only", component, on },
    ...{
      name: "tls-cipher-suites",
      test: (value) =>
        isSet(value) &&
        (value ?? "").split(",").every((suite) => strongCipherSuites.includes(suite)),
    },
  }),
  argumentRow({
    ...{ id: "4.2.13", text: "a pod cannot take all process ids", component, on },
    ...{ name: "pod-max-pids", test: (value) => Number(value) > 0 },
  }),
  {
    ...{ id: "4.3.1", text: "only this host reads kube-proxy's metrics", on },
    mend: "remove metrics-bind-address from kube-proxy's arguments",
    look: ({ listening }) => {
      const open = listening.filter((address) => address.endsWith(":10249"));
      const wide = open.filter(
        (address) => !/^(127\.0\.0\.1|\[::1\]|\[::ffff:127\.0\.0\.1\]):/.test(address),
      );
      if (wide.length > 0) return fail(`${wide.join(", ")} is open to others`);
      return pass(open.length === 0 ? "nothing listens on 10249" : open.join(", "));
    },
  },
  {
    ...{ id: "5.3.1", text: "network policies are enforced", on },
    mend: "remove disable-network-policy from k3s's configuration",
    look: ({ config, policyChains }) => {
      if (config["disable-network-policy"] === true)
        return fail("k3s's controller is switched off");
      return pass(
        policyChains > 0 ? `${policyChains} chains of its controller` : "not switched off",
      );
    },
  },
  {
    ...{ id: "H.1", text: "kernel settings are what kubelet wants", on },
    mend: "raise the host's generation and run `pulumi up`: its preparation sets them",
    look: ({ sysctls }) => {
      const wrong = Object.entries(wantedSysctls).filter(
        ([name, value]) => sysctls[name] !== value,
      );
      const [first] = wrong;
      return first === undefined
        ? pass(`${Object.keys(wantedSysctls).length} as wanted`)
        : fail(wrong.map(([name]) => `${name}=${sysctls[name] ?? ""}`).join(", "));
    },
  },
  {
    ...{ id: "H.2", text: "kubelet would not start with others", on },
    mend: "set k3s.protectKernelDefaults to true and run `pulumi up`",
    look: ({ config }) =>
      config["protect-kernel-defaults"] === true
        ? pass("protect-kernel-defaults is true (config.yaml)")
        : fail("protect-kernel-defaults is not set (config.yaml)"),
  },
];
