import { setTimeout as sleep } from "node:timers/promises";
import { stopOf, type Votes } from "../../components/k3s/quorum";
import type { HostConfig } from "../../config/schema";
import { runOnHost, runOnHosts } from "../connection/session";
import { renderTable } from "../table";
import { secondsAway } from "./away";
import { losses } from "./compare";
import { type DrillOptions, presentHost } from "./context";
import { type ClusterLook, drillScript, look, withDrillScript } from "./look";
import { awaitAsBefore } from "./patience";
import { apiWithin } from "./rebuild";
import { recordDrill } from "./record";
import { awayTable, type ClusterWatch, watchCluster } from "./watching";

/** How a server is cut off: in order, at once, or with its power. */
export const cutKinds = ["stop", "kill", "poweroff"] as const;

/** What `failover` is told. */
export interface FailoverOptions extends DrillOptions {
  readonly server: string;
  readonly kind: (typeof cutKinds)[number];
  /** Seconds the server stays away, at least. */
  readonly watchSeconds: number;
}

const steadySeconds = 5;
/** Longest time a drill keeps a server away; the host then starts k3s by itself. */
const mostMinutes = 10;
const powerOnPatience = 900;

/** Why a server may not be cut off now; undefined when the others carry on without it. */
export function failoverRefusal(server: string, before: ClusterLook): string | undefined {
  const { members } = before.observation;
  const votes: Votes = new Map(
    members.map(({ name, learner, healthy }) => [name, { voter: !learner, healthy }]),
  );
  if (!votes.has(server)) return `${server} is no member of etcd: nothing would fail over`;
  if (stopOf(votes, server) === "spared") return undefined;
  const ill = members.filter(({ healthy }) => !healthy).map(({ name }) => name);
  return ill.length > 0
    ? `without ${server} quorum would be lost, since ${ill.join(", ")} is away: mend it first`
    : `${members.length} servers cannot spare one: a failover takes three`;
}

async function cutOff(options: FailoverOptions, host: HostConfig): Promise<void> {
  const { kind, access } = options;
  const args = ["cut", "--kind", kind, "--minutes", String(mostMinutes)];
  await runOnHost(withDrillScript(access), {
    host,
    script: drillScript,
    args,
    timeoutSeconds: 120,
  });
}

async function watchAway({ watchSeconds }: FailoverOptions, watching: ClusterWatch): Promise<void> {
  const began = Date.now();
  const least = began + watchSeconds * 1000;
  const most = began + (mostMinutes - 2) * 60_000;
  while (Date.now() < least || (!watching.steadyFor(steadySeconds) && Date.now() < most)) {
    await sleep(250);
  }
}

async function bringBack(options: FailoverOptions, host: HostConfig): Promise<void> {
  const { kind, hands, access } = options;
  const resume = { host, script: drillScript, args: ["resume"], timeoutSeconds: 60 };
  if (kind !== "poweroff") {
    await runOnHost(withDrillScript(access), resume);
    return;
  }
  await hands.powerOn(host);
  const deadline = Date.now() + powerOnPatience * 1000;
  for (;;) {
    const [answer] = await runOnHosts(withDrillScript(access), [resume]);
    if (answer?.unreachable === undefined) return;
    if (Date.now() > deadline) throw new Error(answer.unreachable);
    await sleep(2000);
  }
}

function leaders(before: ClusterLook, during: ClusterLook, after: ClusterLook): string {
  const shown = (name: string): string => (name === "" ? "-" : name);
  const looks = [before, during, after];
  return renderTable([
    ["LEADS", "BEFORE", "WHILE AWAY", "AFTER"],
    ["etcd", ...looks.map(({ leader }) => shown(leader))],
    ["virtual address", ...looks.map(({ holder }) => shown(holder))],
  ]);
}

/**
 * Cuts one server off a living cluster, measures what was away and for how long, and brings it back.
 *
 * @returns the exit code: 1 when something was lost or a target missed.
 * @throws Error with one line when the cluster cannot spare the server.
 */
export async function failover(options: FailoverOptions): Promise<number> {
  const { server, kind, confirm } = options;
  const host = presentHost(options, server);
  return recordDrill(options, "failover", [server], async (recorder) => {
    const phase = recorder.phase.bind(recorder);
    const before = await phase("look", () => look(options.access));
    const refusal = failoverRefusal(server, before);
    if (refusal !== undefined) throw new Error(`${refusal}; nothing was touched`);
    if (!(await confirm(`k3s on ${server} is cut off (${kind}).`, server))) {
      throw new Error("nothing was touched");
    }
    const watching = await watchCluster(options, before, server);
    let during: ClusterLook;
    let after: ClusterLook;
    let back = 0;
    try {
      await phase(`cut (${kind})`, () => cutOff(options, host));
      await phase("away", () => watchAway(options, watching));
      during = await phase("look while away", () => look(options.access));
      back = Date.now();
      await phase("bring back", () => bringBack(options, host));
      after = await phase("whole again", () =>
        awaitAsBefore(options.access, before, options.print),
      );
    } finally {
      await watching.end();
    }
    recorder.measure("backSeconds", (Date.now() - back) / 1000);
    recorder.measure("leaderBefore", before.leader);
    recorder.measure("leaderWhileAway", during.leader);
    for (const [name, , gaps] of watching.rows().slice(1)) {
      recorder.measure(`away ${name}`, secondsAway(gaps));
    }
    const measured = secondsAway(watching.judged());
    return {
      targets: [{ name: "apiAwaySeconds", measured, within: apiWithin }],
      losses: losses(before, after),
      tables: [leaders(before, during, after), awayTable(watching)],
    };
  });
}
