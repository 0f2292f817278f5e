import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** What making hosts takes, and the Debian package each comes in. */
const tools = {
  ip: "iproute2",
  unshare: "util-linux",
  ssh: "openssh-client",
  "mkfs.ext4": "e2fsprogs",
  mmdebstrap: "mmdebstrap",
} as const;

const archiveKeys = "/usr/share/keyrings/debian-archive-keyring.gpg";

function onPath(tool: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, tool)));
}

/** The Debian packages that lab hosts need and this machine lacks. */
export function missingPackages(): string[] {
  const missing = Object.entries(tools)
    .filter(([tool]) => !onPath(tool))
    .map(([, name]) => name);
  return existsSync(archiveKeys) ? missing : [...missing, "debian-archive-keyring"];
}

/**
 * Installs the packages that lab hosts need where root may and apt is there; elsewhere it does
 * nothing and the lab's requirements name what is missing.
 *
 * @param log told what is installed, before it is.
 */
export function installMissingPackages(log: (line: string) => void): void {
  const missing = missingPackages();
  if (missing.length === 0 || process.getuid?.() !== 0 || !onPath("apt-get")) return;
  log(`installing Debian packages: ${missing.join(" ")}`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const words of [["update"], ["install", "--no-install-recommends", ...missing]]) {
    const { status, stderr } = spawnSync(
      "apt-get",
      ["-q", "-y", "-o", "DPkg::Lock::Timeout=300", ...words],
      { encoding: "utf8", env: environment, stdio: ["ignore", "ignore", "pipe"] },
    );
    // What is still missing is told by the lab's requirements.
    if (status !== 0) log(`apt-get ${words.join(" ")} failed: ${stderr.trim()}`);
  }
}
