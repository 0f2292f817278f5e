import type { HostConfig } from "../../config/schema";
import {
  failureOf,
  type HostAccess,
  type HostAnswer,
  presentHosts,
  runOnHosts,
} from "../connection/session";

/** How backup and restore reach hosts and people. */
export interface CopyContext {
  readonly access: HostAccess;
  readonly print: (text: string) => void;
  /** Where records go; default: the project's `docs/governance`. */
  readonly recordsFolder?: string;
}

/** What a host is, as k3s-restore.sh tells it. */
export interface HostState {
  readonly host: HostConfig;
  /** What k3s is there; `none` on a blank host. */
  readonly role: "server" | "agent" | "none";
  readonly active: boolean;
  /** Whether it carries data of etcd. */
  readonly data: boolean;
  /** The restore that stopped it and has not ended. */
  readonly restoring: string | undefined;
}

/** A host that could not be asked, and why. */
export interface LostHost {
  readonly host: HostConfig;
  readonly reason: string;
}

/** Reads lines of `KEY VALUE`. */
export function readPairs(text: string): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    text.split("\n").map((line) => [line.split(" ")[0] ?? "", line.slice(line.indexOf(" ") + 1)]),
  );
}

/** Reads what `k3s-restore.sh state` prints. */
export function readState(host: HostConfig, text: string): HostState {
  const { role, active, data, restoring } = readPairs(text);
  return {
    host,
    role: role === "server" || role === "agent" ? role : "none",
    active: active === "yes",
    data: data === "yes",
    restoring: restoring === "-" ? undefined : restoring,
  };
}

/** Why a script did not do its work on a host; none when it did. */
export function troubleOf(answer: HostAnswer): string | undefined {
  if (answer.unreachable !== undefined) return answer.unreachable;
  return answer.code === 0 ? undefined : failureOf(answer);
}

/** Asks every present host what it is, all at once. */
export async function lookAtHosts(
  access: HostAccess,
): Promise<{ states: HostState[]; lost: LostHost[] }> {
  const calls = presentHosts(access.config).map((host) => ({
    ...{ host, script: "k3s-restore.sh", args: ["state"], timeoutSeconds: 60 },
  }));
  const answers = await runOnHosts(access, calls);
  const states: HostState[] = [];
  const lost: LostHost[] = [];
  for (const answer of answers) {
    const reason = troubleOf(answer);
    if (reason === undefined) states.push(readState(answer.host, answer.stdout));
    else lost.push({ host: answer.host, reason });
  }
  return { states, lost };
}

/** The first server whose k3s runs. */
export function servingServer(states: readonly HostState[]): HostConfig {
  const found = states.find(({ role, active }) => role === "server" && active);
  if (found === undefined) {
    throw new Error("no server of the stack runs k3s: run `npm run hosts -- <stack> check`");
  }
  return found.host;
}
