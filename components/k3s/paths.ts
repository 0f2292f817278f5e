/** Where k3s reads its files; the program stages them under /etc/bramble/k3s first. */
export const k3sConfigDirectory = "/etc/rancher/k3s";

/** The minor release of a k3s version: 36 for v1.36.4+k3s1. */
export function minorOf(version: string): number {
  return Number(/^v1\.(\d+)\./.exec(version)?.[1] ?? 0);
}
