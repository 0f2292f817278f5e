import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { childEnvironment } from "../childEnvironment";
import type { Config, HostConfig } from "../../config/schema";

/** A host key: its type and its base64 body, as `hostKey` pins it. */
export interface HostKey {
  readonly type: string;
  readonly body: string;
}

/** How a host is reached by SSH. */
export interface SshAddress {
  readonly address: string;
  readonly port: number;
}

/** The address of a host, with the stack's defaults. */
export function sshAddress({ ssh }: Config, host: HostConfig): SshAddress {
  return { address: host.address, port: host.port ?? ssh.port };
}

/** Key types in the order they are preferred; RSA cannot be pinned (see `config/fields.ts`). */
export const keyTypes = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
] as const;

/** Reads a pin: `<type> <base64> [comment]`. */
export function parseHostKey(text: string): HostKey {
  const [type = "", body = ""] = text.trim().split(/\s+/);
  return { type, body };
}

/** Writes a key as `hostKey` pins it. */
export function formatHostKey({ type, body }: HostKey): string {
  return `${type} ${body}`;
}

/** Whether two keys are the same. */
export function sameKey(left: HostKey, right: HostKey): boolean {
  return left.type === right.type && left.body === right.body;
}

/** The fingerprint as `ssh-keygen -l` shows it: `SHA256:…`. */
export function fingerprint({ body }: HostKey): string {
  const digest = createHash("sha256").update(Buffer.from(body, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

/** Reads what ssh-keyscan prints, the preferred key type first. */
export function parseKeyscan(output: string): HostKey[] {
  return output
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => parseHostKey(line.replace(/^\S+\s+/, "")))
    .filter(({ type }) => rank(type) >= 0)
    .sort((left, right) => rank(left.type) - rank(right.type));
}

function rank(type: string): number {
  return keyTypes.findIndex((known) => known === type);
}

/**
 * Asks a host for its keys.
 *
 * @returns the keys, preferred first; none when it does not answer in five seconds.
 * @throws Error when there is no ssh-keyscan.
 */
export function scanHost({ address, port }: SshAddress): Promise<HostKey[]> {
  return new Promise((resolve, reject) => {
    const args = ["-T", "5", "-p", String(port), "-t", "ed25519,ecdsa", address];
    execFile("ssh-keyscan", args, { env: childEnvironment() }, (error, stdout) => {
      if (error?.code === "ENOENT") {
        reject(new Error("ssh-keyscan is missing: install the OpenSSH client"));
      } else {
        resolve(parseKeyscan(stdout));
      }
    });
  });
}
