/** What a host is to become, as far as its fitness depends on it. */
export interface HostRequirements {
  readonly role: "server" | "agent";
  /** Version of k3s, which decides what kernel features are needed. */
  readonly k3sVersion: string;
  /** Arguments for kubelet; some lift a requirement. */
  readonly kubeletArgs: readonly string[];
  /** Architectures that k3s is at hand for. Default: all that k3s is built for. */
  readonly architectures?: readonly string[];
  /** Whether nodes share images by the embedded registry. */
  readonly embeddedRegistry: boolean;
}

/** TCP ports k3s listens on, by role. @see https://docs.k3s.io/installation/requirements#networking */
const ports = {
  server: ["6443", "6444", "2379", "2380", "10250"],
  agent: ["6444", "10250"],
} as const;

/** Port of the embedded registry, on every node. */
const embeddedRegistryPort = "5001";

/** What k3s and its NFS volumes need beside a minimal Debian. */
export const hostPackages = ["ca-certificates", "curl", "iptables", "nfs-common"] as const;

/** What encrypts copies that leave the hosts. */
export const sealingPackages = ["age"] as const;

/** Arguments of preflight.sh. */
export function preflightArgs(requirements: HostRequirements): string[] {
  const { role, k3sVersion, kubeletArgs, architectures, embeddedRegistry } = requirements;
  const wantedPorts = [...ports[role], ...(embeddedRegistry ? [embeddedRegistryPort] : [])];
  return [
    "check",
    ...["--role", role, "--version", k3sVersion],
    ...["--kubelet-args", kubeletArgs.join(" ")],
    ...["--ports", wantedPorts.join(" ")],
    ...(architectures === undefined ? [] : ["--architectures", architectures.join(" ")]),
  ];
}

/** Arguments of prepare.sh. */
export function prepareArgs(
  mode: "check" | "converge",
  name: string,
  packages: readonly string[],
): string[] {
  return [mode, "--name", name, "--packages", packages.join(" ")];
}
