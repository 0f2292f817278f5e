/** What a host is to become, as far as its fitness depends on it. */
export interface HostRequirements {
  readonly role: "server" | "agent";
  /** Version of k3s, which decides what kernel features are needed. */
  readonly k3sVersion: string;
  /** Arguments for kubelet; some lift a requirement. */
  readonly kubeletArgs: readonly string[];
}

/** TCP ports k3s listens on, by role. @see https://docs.k3s.io/installation/requirements#networking */
const ports = {
  server: ["6443", "6444", "2379", "2380", "10250"],
  agent: ["6444", "10250"],
} as const;

/** What k3s and its NFS volumes need beside a minimal Debian. */
export const hostPackages = ["ca-certificates", "curl", "iptables", "nfs-common"] as const;

/** Arguments of preflight.sh. */
export function preflightArgs({ role, k3sVersion, kubeletArgs }: HostRequirements): string[] {
  return [
    "check",
    ...["--role", role, "--version", k3sVersion],
    ...["--kubelet-args", kubeletArgs.join(" ")],
    ...["--ports", ports[role].join(" ")],
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
