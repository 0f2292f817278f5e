import { mkdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../../operations/arguments";
import { lookAround, type LookAround } from "../../operations/drift/look";
import { stackRegistrations } from "../../operations/plan/plan";
import { type InProcessConfig, readStackConfig } from "../../operations/stackFile";
import { convergeInProcess } from "../engine/converge";
import { pulumiUp } from "../engine/pulumi";
import { labFolder, stackFolder } from "../folders";
import { onHost, sshKeyPath } from "../hosts";
import type { Progress } from "../progress";
import { labConfig, labStack } from "../settings";
import { writeLabStack } from "../stack";
import { watchApi } from "./api";
import type { BenchPhase, BenchRequest, BenchResult } from "./measure";

/** Windows of time are told to the journal in whole seconds. */
const apartMilliseconds = 2500;

function benchConfig({ lab, hosts, k3s }: BenchRequest): InProcessConfig {
  const { config, secretKeys } = labConfig(
    { hosts, k3s, awaitReady: false, withoutCharts: true },
    sshKeyPath(lab),
  );
  return { secretKeys, config: { ...config, "bramble:media": JSON.stringify({ enabled: false }) } };
}

/** Notes how long each resource took; whatever else is said goes to standard error. */
function createStopwatch() {
  const took: [string, number][] = [];
  let up: { from: number; to: number } | undefined;
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
    // As the CLI tells it: ` +  command:remote:Command bramble-1-k3s created (14s)`.
    const [, name, seconds] = /:Command (\S+) created \(([\d.]+)s\)/.exec(text) ?? [];
    if (name !== undefined) took.push([name, Number(seconds)]);
  };
  const progress: Progress = {
    say,
    begin: (name) => {
      const began = Date.now();
      return {
        note: () => undefined,
        end: () => {
          const to = Date.now();
          if (name === "pulumi up") up = { from: began, to };
          else took.push([name, (to - began) / 1000]);
        },
      };
    },
    elapsed: () => 0,
    close: () => undefined,
  };
  const longest = (): [string, number][] =>
    [...took].sort(([, left], [, right]) => right - left).slice(0, 12);
  // The lab's own CLI calls around `up` are none of a person's.
  return { progress, longest, up: () => up };
}

/** All services of a host with their starts, and its k3s's process. */
async function services(lab: string, host: string): Promise<string[]> {
  const text = await onHost(
    lab,
    host,
    `systemctl list-units --type=service --state=active --no-legend --plain |
     awk '$1 !~ /^(user|session|systemd-)/ {print $1}' |
     xargs systemctl show --property=Id,ExecMainPID,ExecMainStartTimestampMonotonic --value |
     paste -sd ' ' | sed 's/  */ /g'`,
  );
  return (text.match(/\S+ \S+ \S+/g) ?? []).sort();
}

function countCommand(phases: readonly BenchPhase[]): string {
  const count = ({ from, to }: BenchPhase) =>
    `sudo -n journalctl --unit ssh --output cat --since "@${Math.floor(from / 1000) - 1}" --until "@${Math.ceil(to / 1000) + 1}" | grep -c 'Accepted publickey' || true`;
  return phases.map(count).join("; ");
}

async function measure(request: BenchRequest): Promise<BenchResult> {
  const { lab, engine, hosts } = request;
  const config = benchConfig(request);
  const phases: BenchPhase[] = [];
  const timed = async <T>(
    name: BenchPhase["name"],
    work: () => Promise<T>,
    up: ReturnType<typeof createStopwatch>["up"] = () => undefined,
  ): Promise<T> => {
    await sleep(apartMilliseconds);
    const from = Date.now();
    const result = await work();
    phases.push({ name, ...(up() ?? { from, to: Date.now() }) });
    await sleep(apartMilliseconds);
    return result;
  };
  const converge = async (progress: Progress): Promise<void> => {
    if (engine === "pulumi") await pulumiUp(lab, config, progress);
    else {
      const charts = { charts: {}, chartsSkipped: "not measured here" };
      await convergeInProcess(lab, charts, config, progress);
    }
  };
  const first = createStopwatch();
  await timed("first", () => converge(first.progress), first.up);
  const look = () => Promise.all(hosts.map(async ({ name }) => services(lab, name)));
  const before = await look();
  const servers = hosts.slice(0, 3).map(({ name, address }) => [name, address] as const);
  const second = createStopwatch();
  const again = async () => {
    const watch = watchApi(Object.fromEntries(servers));
    await converge(second.progress);
    return watch.end();
  };
  const absence = await timed("second", again, second.up);
  const after = await look();
  const drift = await timed("drift", () => lookAtDrift(lab, config));
  const sessions = await Promise.all(
    hosts.map(async ({ name }) => {
      const [firstRun = 0, second = 0, third = 0] = (await onHost(lab, name, countCommand(phases)))
        .trim()
        .split("\n")
        .map(Number);
      return { host: name, first: firstRun, second, drift: third };
    }),
  );
  const { findings, failures, checks } = drift;
  for (const finding of findings) process.stderr.write(`${JSON.stringify(finding)}\n`);
  return {
    ...{ phases, sessions, longest: first.longest() },
    ...{ apiAway: absence.all, oneAway: Math.max(0, ...Object.values(absence.each)) },
    restarted: hosts.flatMap(({ name }, index) =>
      (before[index] ?? [])
        .filter((line) => !(after[index] ?? []).includes(line))
        .map((line) => `${name} ${line}`),
    ),
    drift: { checks, findings: findings.length, failures },
  };
}

async function lookAtDrift(lab: string, config: InProcessConfig): Promise<LookAround> {
  writeLabStack(lab, config);
  const directory = stackFolder(lab);
  const registrations = await stackRegistrations(labStack, directory);
  const access = {
    ...{ stack: labStack, identity: sshKeyPath(lab) },
    config: readStackConfig(labStack, directory),
  };
  return lookAround(access, registrations);
}

// Standard output is the result alone.
runCommand(async () => {
  const request = JSON.parse(readFileSync(0, "utf8")) as BenchRequest;
  mkdirSync(labFolder(request.lab), { recursive: true });
  const result = await measure(request);
  process.stdout.write(JSON.stringify(result));
  return 0;
});
