import { cpus, loadavg, release, totalmem } from "node:os";
import type { BenchPhase, BenchResult } from "./measure";

/** What a report is made of. */
export interface BenchFacts {
  readonly result: BenchResult;
  readonly engine: "pulumi" | "in-process";
  readonly k3s: { readonly version: string; readonly real: boolean };
  /** Default: this machine and now. */
  readonly machine?: string;
  readonly date?: string;
  /** What else the machine was doing. */
  readonly load?: string;
}

function thisMachine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? "unknown";
  return `${String(cpus().length)} processors (${model}), ${String(gigabytes)} GiB, Linux ${release()}`;
}

/** A busy machine measures itself. */
function thisLoad(): string {
  const [, five = 0] = loadavg();
  return `, load ${five.toFixed(1)} over the last five minutes`;
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}

function seconds(phases: readonly BenchPhase[], name: BenchPhase["name"]): string {
  const phase = phases.find((one) => one.name === name);
  return phase === undefined ? "-" : ((phase.to - phase.from) / 1000).toFixed(1);
}

/** Figures of others, with where they come from. */
const peers = [
  ["", "four Ready", "unchanged second run", "restarted by it", "API away"],
  ["k3s-ansible", "125 s", "98 s", "all four", "8 to 18 s"],
  ["k3sup, without any gate", "57 s", "4 s, no health check", "-", "-"],
  ["a plain script that waits for Ready after each host", "105 s", "-", "-", "-"],
] as const;

/** Writes docs/benchmarks/hosts.md from what was measured. */
export function renderBench(facts: BenchFacts): string {
  const { result, engine, k3s } = facts;
  const { phases, restarted, sessions, drift, longest } = result;
  const ran = k3s.real
    ? `a real k3s, ${k3s.version}`
    : `the lab's stand-in for k3s, ${k3s.version}: upstream Kubernetes and etcd, nodes without containers`;
  const how =
    engine === "pulumi"
      ? "the pulumi CLI with a state in a file"
      : "the program in one process with live handlers, without state: its second run runs every command again, where the CLI would run none";
  return `# Bring-up, second run and drift of four hosts

<!-- Written by \`npm run bench -- hosts\`. Figures are measured, nothing is typed in. -->

- Measured ${facts.date ?? new Date().toISOString().slice(0, 10)} on ${facts.machine ?? thisMachine()}${facts.load ?? thisLoad()}.
- Hosts: three servers and one agent, as lab hosts on that one machine. Platform and media are off.
- k3s: ${ran}.
- Engine: ${how}.

${table([
  ["", "measured", "aim"],
  [
    "blank hosts to four Ready",
    `${seconds(phases, "first")} s`,
    "under 70 s, with a real k3s on two quiet cores",
  ],
  ["unchanged second run", `${seconds(phases, "second")} s`, "under 10 s"],
  [
    "services restarted by the second run",
    restarted.length === 0 ? "none" : restarted.join(", "),
    "none",
  ],
  ["no server's API answered, second run", `${result.apiAway.toFixed(1)} s`, "0 s"],
  ["longest silence of one server, second run", `${result.oneAway.toFixed(1)} s`, "0 s"],
  [
    `drift of four hosts and the cluster, ${String(drift.checks)} things`,
    `${seconds(phases, "drift")} s, ${String(drift.findings)} found`,
    "seconds, none found",
  ],
])}
${drift.failures.map((line) => `\nNot seen: ${line}\n`).join("")}
## SSH logins

${table([
  ["host", "first run", "second run", "drift"],
  ...sessions.map(({ host, first, second, drift: looked }) => [
    host,
    ...[first, second, looked].map(String),
  ]),
])}

Counted in the journal of each host's sshd.

## Where the first run's time goes

The longest commands, in seconds. Those of different hosts overlap; the servers' \`-k3s\` do not.

${table([["command", "seconds"], ...longest.map(([name, took]) => [name, took.toFixed(1)])])}

## Others

Not measured by this command, and with another release: elsewhere, a real k3s 1.21.2, three servers and an agent as
hosts on one machine with two cores.

${table(peers)}
`;
}
