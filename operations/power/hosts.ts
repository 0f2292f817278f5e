import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostConfig } from "../../config/schema";
import { failureOf, type HostAccess, presentHosts, runOnHosts } from "../connection/session";

const script = "power.sh";

/** The access of `power`: with its script in the bundle. */
export function powerAccess(access: HostAccess): HostAccess {
  const text = readFileSync(join(__dirname, script), "utf8");
  return { ...access, scripts: { ...access.scripts, [script]: text } };
}

/**
 * Runs a verb of power.sh on hosts at once.
 *
 * @throws Error with one line for each host where it failed.
 */
export async function powerRun(
  access: HostAccess,
  hosts: readonly HostConfig[],
  args: readonly string[],
  timeoutSeconds = 300,
): Promise<readonly string[]> {
  const answers = await runOnHosts(
    access,
    hosts.map((host) => ({ host, script, args, timeoutSeconds })),
  );
  const failures = answers.flatMap((answer) => {
    if (answer.unreachable !== undefined) return [answer.unreachable];
    return answer.code === 0 ? [] : [failureOf(answer)];
  });
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return answers.map(({ stdout }) => stdout.trim());
}

/** How a host answered, or why it did not. */
export interface PowerState {
  readonly host: HostConfig;
  readonly unreachable?: string;
  readonly k3s: "none" | "active" | "inactive";
  /** Seconds by which its clock is ahead of this machine's. */
  readonly clockAhead: number;
}

/** Asks hosts whether they are on and whether k3s runs. */
export async function powerStates(
  access: HostAccess,
  hosts: readonly HostConfig[] = presentHosts(access.config),
): Promise<PowerState[]> {
  const answers = await runOnHosts(
    access,
    hosts.map((host) => ({ host, script, args: ["state"], timeoutSeconds: 60 })),
  );
  const now = Date.now() / 1000;
  return answers.map((answer): PowerState => {
    const { host, stdout, unreachable } = answer;
    const found = /^(\d+) (none|active|inactive)$/m.exec(stdout);
    if (unreachable === undefined && found !== null) {
      const k3s = found[2] as PowerState["k3s"];
      return { host, k3s, clockAhead: Math.round(Number(found[1]) - now) };
    }
    return { host, k3s: "none", clockAhead: 0, unreachable: unreachable ?? failureOf(answer) };
  });
}

/** How long something is waited for, and how often it is looked at. */
export interface Patience {
  readonly seconds: number;
  readonly everySeconds: number;
}

/**
 * Looks again and again until something is there.
 *
 * @param look returns undefined while it is not.
 * @returns undefined when patience ran out.
 */
export async function until<T>(
  { seconds, everySeconds }: Patience,
  look: (waitedSeconds: number) => Promise<T | undefined>,
): Promise<T | undefined> {
  const began = Date.now();
  for (;;) {
    const waited = (Date.now() - began) / 1000;
    const found = await look(waited);
    if (found !== undefined) return found;
    if (waited >= seconds) return undefined;
    await sleep(everySeconds * 1000);
  }
}

/** Names for a sentence. */
export function namesOf(hosts: readonly HostConfig[]): string {
  return hosts.map(({ name }) => name).join(", ");
}
