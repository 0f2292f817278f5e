import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../childEnvironment";
import { type HostKey, keyTypes, parseKeyscan, type SshAddress } from "./hostKeys";
import { knownHostLine, proxyOptions, type SshEnd } from "./options";

/** Key types asked for, one connection each: a server shows one key in a connection. */
const families = [keyTypes.slice(0, 1), keyTypes.slice(1)];

function showKeys(args: readonly string[], file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // It never logs in to the host: that it is refused is no error.
    execFile("ssh", [...args], { env: childEnvironment() }, (error) => {
      if (error?.code === "ENOENT") reject(new Error("ssh is missing: install the OpenSSH client"));
      else resolve(readFileSync(file, "utf8"));
    });
  });
}

/**
 * Asks a host for its keys through a bastion, whose own key is checked. ssh-keyscan cannot go
 * through one, and one run on the bastion would leave the asking to it.
 *
 * @returns the keys, preferred first; none when the host or the bastion does not answer.
 */
export async function scanThrough(
  bastion: SshEnd,
  { address, port }: SshAddress,
  identity?: string,
): Promise<HostKey[]> {
  const folder = mkdtempSync(join(tmpdir(), "bramble-"));
  try {
    const pinned = join(folder, "bastion");
    writeFileSync(pinned, knownHostLine(bastion));
    const texts = await Promise.all(
      families.map((types, index) => {
        const file = join(folder, `shown-${String(index)}`);
        writeFileSync(file, "");
        const options = [
          "BatchMode=yes",
          "ConnectTimeout=10",
          "StrictHostKeyChecking=accept-new",
          "HashKnownHosts=no",
          `UserKnownHostsFile=${file}`,
          "GlobalKnownHostsFile=/dev/null",
          "LogLevel=ERROR",
          "PreferredAuthentications=none",
          `HostKeyAlgorithms=${types.join(",")}`,
        ].flatMap((option) => ["-o", option]);
        const through = proxyOptions(bastion, pinned, identity);
        return showKeys(
          [...options, ...through, "-p", String(port), `nobody@${address}`, "true"],
          file,
        );
      }),
    );
    return parseKeyscan(texts.join(""));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
