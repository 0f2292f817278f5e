import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../childEnvironment";
import type { Config } from "../../config/schema";
import { knownHostsText, sshEnd, sshOptions } from "../connection/options";

/**
 * Opens a shell on a host, or runs a command there, with the pinned host key.
 *
 * @returns ssh's exit code.
 * @throws Error when there is no such host, or it has no pin.
 */
export async function connect(
  stack: string,
  config: Config,
  name: string,
  command: readonly string[],
  identity: string | undefined,
): Promise<number> {
  const host = config.hosts.find((one) => one.name === name);
  if (host === undefined) {
    const names = config.hosts.map((one) => one.name).join(", ");
    throw new Error(`stack ${stack} has no host ${name}; it has: ${names}`);
  }
  if (host.hostKey === undefined && config.ssh.requireHostKeys) {
    throw new Error(`${name} has no pinned host key: run \`npm run hosts -- ${stack} trust\``);
  }
  const folder = mkdtempSync(join(tmpdir(), "bramble-"));
  try {
    const knownHosts = join(folder, name);
    writeFileSync(knownHosts, knownHostsText(config, host));
    const { address, port, user } = sshEnd(config, host);
    const args = [
      ...["-p", String(port), ...sshOptions(config, host, knownHosts, identity)],
      `${user}@${address}`,
      ...(command.length === 0 ? [] : ["--", ...command]),
    ];
    const child = spawn("ssh", args, { stdio: "inherit", env: childEnvironment() });
    return await new Promise((resolve, reject) => {
      child.once("error", () => {
        reject(new Error("ssh is missing: install OpenSSH"));
      });
      child.once("close", (code) => {
        resolve(code ?? 255);
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
