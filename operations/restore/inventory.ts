import type { HostConfig } from "../../config/schema";
import { renderTable } from "../table";
import { type HostAccess, runOnHosts } from "../connection/session";
import { type HostState, troubleOf } from "./hosts";

/** One snapshot that can be restored. */
export interface SnapshotRow {
  /** Its file on a server, or its copy off the hosts. */
  readonly name: string;
  readonly from: "local" | "off-host";
  /** The host that holds it, or, off the hosts, one that can fetch it. */
  readonly host: HostConfig;
  readonly bytes: number;
  readonly taken: string;
  /** `sealed`: whole when it was written; only the recovery key shows what is inside. */
  readonly verdict: "good" | "DAMAGED" | "sealed";
}

/** Reads what `k3s-snapshot.sh list` prints of one host. */
export function readSnapshots(host: HostConfig, text: string): SnapshotRow[] {
  return text.split("\n").flatMap((line): SnapshotRow[] => {
    const [from, name = "", bytes, taken = "", verdict] = line.split(" ");
    if (from !== "local" && from !== "off-host") return [];
    if (verdict !== "good" && verdict !== "sealed" && verdict !== "DAMAGED") return [];
    return [{ name, from, host, bytes: Number(bytes), taken, verdict }];
  });
}

/**
 * Every snapshot there is, newest first: those on the servers' disks, and the copies off the hosts as
 * the first server sees them that can.
 */
export async function takeInventory(
  access: HostAccess,
  states: readonly HostState[],
): Promise<{ rows: SnapshotRow[]; problems: string[] }> {
  const servers = states.filter(({ host }) => host.role === "server").map(({ host }) => host);
  const listed = async (hosts: readonly HostConfig[], args: readonly string[]) =>
    runOnHosts(
      access,
      hosts.map((host) => ({ host, script: "k3s-snapshot.sh", args: ["list", ...args] })),
    );
  const rows: SnapshotRow[] = [];
  const problems: string[] = [];
  for (const answer of await listed(servers, [])) {
    const trouble = troubleOf(answer);
    if (trouble !== undefined) problems.push(trouble);
    rows.push(...readSnapshots(answer.host, answer.stdout));
  }
  if (access.config.k3s.snapshots.offHost !== undefined) {
    for (const server of servers) {
      const [answer] = await listed([server], ["--off-host", "yes"]);
      const trouble = answer === undefined ? "no answer" : troubleOf(answer);
      if (answer !== undefined && trouble === undefined) {
        const seen = readSnapshots(server, answer.stdout);
        rows.push(...seen.filter(({ from }) => from === "off-host"));
        break;
      }
      problems.push(`copies off the hosts: ${trouble ?? ""}`);
    }
  }
  return { rows: rows.sort((a, b) => (a.taken < b.taken ? 1 : -1)), problems };
}

/** Hours and minutes since a time. */
export function ageOf(taken: string, now: number): string {
  const minutes = Math.max(0, Math.round((now - Date.parse(taken)) / 60_000));
  const hours = Math.floor(minutes / 60);
  return hours >= 48 ? `${Math.floor(hours / 24)} d` : `${hours} h ${minutes % 60} min`;
}

/** The table of `--list`. */
export function inventoryTable(rows: readonly SnapshotRow[], now: number): string {
  return renderTable([
    ["SNAPSHOT", "WHERE", "AGE", "KB", "STATE"],
    ...rows.map(({ name, from, host, bytes, taken, verdict }) => [
      ...[name, from === "local" ? host.name : "off the hosts", ageOf(taken, now)],
      ...[String(Math.ceil(bytes / 1024)), verdict],
    ]),
  ]);
}

/**
 * The snapshot of a name.
 *
 * @throws Error with one line when there is none, or it is damaged.
 */
export function chooseSnapshot(rows: readonly SnapshotRow[], name: string): SnapshotRow {
  const row = rows.find((candidate) => candidate.name === name);
  if (row === undefined) {
    throw new Error(`no snapshot ${name}: see what there is with --list`);
  }
  if (row.verdict === "DAMAGED") {
    throw new Error(`${name} on ${row.host.name} is damaged: take another one, see --list`);
  }
  return row;
}
