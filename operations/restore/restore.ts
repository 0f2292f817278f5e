import type { HostConfig } from "../../config/schema";
import { recordRun, type RunRecorder, runRows } from "../records/run";
import { type HostCall, runOnHost, runOnHosts } from "../connection/session";
import { renderTable } from "../table";
import { type CopyContext, type HostState, lookAtHosts, readPairs, troubleOf } from "./hosts";
import { chooseSnapshot, inventoryTable, takeInventory } from "./inventory";
import { describePlan, planRestore, type RestorePlan } from "./plan";

/** What `restore` is told. */
export interface RestoreOptions extends CopyContext {
  /** A snapshot's name; none to keep the data of the server named by `on`. */
  readonly snapshot?: string;
  /** Server that comes back first. Default: the one that holds the snapshot, else the first. */
  readonly on?: string;
  /** Hosts that are lost: they are neither stopped nor waited for. */
  readonly without: readonly string[];
  readonly dryRun: boolean;
  /** The private key that opens copies off the hosts. Asked for only when one is opened. */
  readonly recoveryKey: () => Promise<string>;
  /** Token of the time of a local snapshot, when it has been rotated since. */
  readonly token?: string;
  readonly confirm: (question: string, word: string) => Promise<boolean>;
}

const script = "k3s-restore.sh";

/** Prints every snapshot there is. @returns the exit code. */
export async function listSnapshots({ access, print }: CopyContext): Promise<number> {
  const { states, lost } = await lookAtHosts(access);
  const { rows, problems } = await takeInventory(access, states);
  print(inventoryTable(rows, Date.now()));
  for (const line of [...lost.map(({ reason }) => reason), ...problems]) print(`${line}\n`);
  return problems.length === 0 && rows.length > 0 ? 0 : 1;
}

/**
 * The server that comes back first: the one asked for, the one a restore was cut off on, the one
 * that holds the snapshot, or the first that answers.
 */
function firstServer(
  { on, snapshot }: RestoreOptions,
  states: readonly HostState[],
  holder: HostConfig | undefined,
): string {
  const begun = states
    .map(({ restoring }) => restoring)
    .find((id) => id?.startsWith(`${snapshot ?? "none"}@`));
  const first = states.find(({ host }) => host.role === "server")?.host.name;
  const name = on ?? begun?.split("@").at(-1)?.split("+")[0] ?? holder?.name ?? first;
  if (name === undefined) throw new Error("no server of the stack can be reached");
  return name;
}

async function makePlan(options: RestoreOptions): Promise<RestorePlan> {
  const { access, snapshot, without } = options;
  const { states, lost } = await lookAtHosts(access);
  if (snapshot === undefined) {
    const on = firstServer(options, states, undefined);
    return planRestore({ snapshot: "none", from: "none", on, states, lost, without });
  }
  const { rows, problems } = await takeInventory(access, states);
  for (const line of problems) options.print(`${line}\n`);
  const row = chooseSnapshot(rows, snapshot);
  if (row.from === "local" && options.on !== undefined && options.on !== row.host.name) {
    throw new Error(`${snapshot} lies on ${row.host.name}: only that server can start from it`);
  }
  const on = firstServer(options, states, row.from === "local" ? row.host : undefined);
  return planRestore({ snapshot, from: row.from, on, states, lost, without });
}

/** Checks the snapshot on the server that is to use it. */
async function verify(options: RestoreOptions, plan: RestorePlan): Promise<string[]> {
  const { access } = options;
  if (plan.from === "none") return [];
  const answer = await runOnHost(access, {
    host: plan.first.host,
    script,
    args: ["fetch", "--name", plan.snapshot, "--from", plan.from],
    input: plan.from === "off-host" ? await options.recoveryKey() : "",
    timeoutSeconds: 1800,
  });
  const { bytes, taken, token, k3s } = readPairs(answer);
  return [
    `${plan.snapshot} is good: taken ${taken ?? "?"}, ${bytes ?? "?"} bytes${k3s === undefined ? "" : `, of k3s ${k3s}`}`,
    ...(token === "other"
      ? [
          "it opens with another token than the stack's: afterwards raise `generation` of every server by one and run pulumi up, which rotates to the stack's",
        ]
      : []),
  ];
}

/** Runs the same on several hosts at once; the first failure ends the run once all have answered. */
async function onAll(access: CopyContext["access"], calls: readonly HostCall[]): Promise<void> {
  const answers = await runOnHosts(access, calls);
  const troubles = answers.flatMap((answer) => troubleOf(answer) ?? []);
  if (troubles.length > 0) throw new Error(troubles.join("\n"));
}

async function carryOut(
  options: RestoreOptions,
  plan: RestorePlan,
  { phase, skip, measure }: RunRecorder,
): Promise<void> {
  const { access, print } = options;
  const { id, first, servers, agents, snapshot, from } = plan;
  const all = [first.host, ...servers, ...agents];
  const members = [first.host, ...servers];
  const call = (host: HostConfig, verb: string, ...args: string[]): HostCall => ({
    ...{ host, script, args: [verb, "--id", id, ...args], timeoutSeconds: 1200 },
  });
  const names = (hosts: readonly HostConfig[]) => hosts.map(({ name }) => name).join(" ");

  if (first.active && first.restoring !== id) {
    const save = {
      host: first.host,
      script: "k3s-snapshot.sh",
      args: ["save", "--if-serving", "yes"],
    };
    const [answer] = await phase("snapshot-now", () => runOnHosts(access, [save]));
    const trouble = answer === undefined ? "no answer" : troubleOf(answer);
    print(trouble === undefined ? `saved ${answer?.stdout ?? ""}` : `not saved: ${trouble}\n`);
  } else {
    skip("snapshot-now", "the present state does not answer, or was saved already");
  }
  await phase("stop", () =>
    onAll(
      access,
      all.map((host) => call(host, "stop")),
    ),
  );
  const source = ["--name", snapshot, "--from", from];
  const token = from === "local" && options.token !== undefined ? { input: options.token } : {};
  await phase("reset", () =>
    runOnHost(access, { ...call(first.host, "reset", ...source), input: "", ...token }).then(print),
  );
  const version = ["--version", access.config.k3s.version];
  await phase(`start ${first.host.name}`, () =>
    runOnHost(access, call(first.host, "start", ...version)).then(print),
  );
  await phase("passwords", () =>
    runOnHost(
      access,
      call(first.host, "forget-passwords", "--nodes", names([...all, ...plan.blank])),
    ),
  );
  for (const host of servers) {
    const address = ["--server", first.host.address];
    await phase(`join ${host.name}`, () =>
      runOnHost(access, call(host, "join", ...address)).then(print),
    );
  }
  if (agents.length > 0) {
    await phase("agents", () =>
      onAll(
        access,
        agents.map((host) => call(host, "start")),
      ),
    );
  }
  const expected = ["--nodes", names(all), "--servers", names(members)];
  const health = await phase("health", () =>
    runOnHost(access, call(first.host, "health", ...expected)),
  );
  for (const [name, value] of Object.entries(readPairs(health))) {
    if (name !== "" && value !== undefined) measure(name, Number(value));
  }
  await phase("finish", () =>
    onAll(
      access,
      all.map((host) => call(host, "finish")),
    ),
  );
}

/**
 * Brings the cluster back from a snapshot, or from what one server has. Cut off, the same command
 * goes on from where it was.
 *
 * @returns the exit code.
 * @throws Error with one line per reason, before anything was stopped where that is possible.
 */
export async function restore(options: RestoreOptions): Promise<number> {
  const { access, print } = options;
  const plan = await makePlan(options);
  for (const line of await verify(options, plan)) print(`${line}\n`);
  print(
    describePlan(plan)
      .map((step, index) => `${index + 1}. ${step}\n`)
      .join(""),
  );
  if (options.dryRun) {
    if (plan.from === "off-host" && plan.first.restoring === undefined) {
      await runOnHost(access, { host: plan.first.host, script, args: ["finish"] });
    }
    print("Nothing was changed.\n");
    return 0;
  }
  const question = `The cluster goes back to ${plan.from === "none" ? `what ${plan.first.host.name} has` : plan.snapshot}; what was stored in it since is lost.`;
  if (!(await options.confirm(question, access.stack))) {
    print("Nothing was stopped.\n");
    return 1;
  }
  await recordRun(
    {
      stack: access.stack,
      kind: "restore",
      nodes: [plan.first.host, ...plan.servers, ...plan.agents].map(({ name }) => name),
      ...(options.recordsFolder === undefined ? {} : { folder: options.recordsFolder }),
    },
    async (recorder) => {
      recorder.measure("snapshot", plan.snapshot);
      try {
        await carryOut(options, plan, recorder);
      } finally {
        print(renderTable(runRows(recorder.run)));
        print(`record: ${recorder.file}\n`);
      }
    },
  );
  for (const host of plan.blank) print(`${host.name} is blank: pulumi up makes it a node again\n`);
  return 0;
}
