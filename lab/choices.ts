import { spawnSync } from "node:child_process";
import { hasHelm } from "./engine/helm";
import { canReachRelease, pullCharts } from "./outside";
import { uplinkRequirements } from "./uplink";

/** What a person may ask for; the rest is found out. */
export interface Wishes {
  readonly engine: "auto" | "pulumi" | "in-process";
  readonly k3s: "auto" | "release" | "stand-in";
  /** Where charts come from instead of their own repositories. */
  readonly mirror: string | undefined;
}

/** What is real in a lab and what stands in, each with its reason. */
export interface Choices {
  readonly engine: "pulumi" | "in-process";
  readonly k3s: "release" | "stand-in";
  /** Whether the lab gets a way out. */
  readonly uplink: boolean;
  /** Archives of the charts that can be installed. */
  readonly charts: Readonly<Record<string, string>>;
  /** Why the other charts are skipped. */
  readonly chartsSkipped: string;
  /** What the lab is made of: the thing, real or not, and why. */
  readonly parts: readonly (readonly [part: string, what: string])[];
  /** What is not as on real hosts, for the last table. */
  readonly standIns: readonly (readonly [part: string, what: string])[];
}

function hasPulumi(): boolean {
  return spawnSync("pulumi", ["version"], { stdio: "ignore" }).status === 0;
}

function oneOf<T extends string>(option: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((choice) => choice === (value ?? "auto"));
  if (found === undefined) throw new Error(`--${option} takes ${allowed.join(", ")}`);
  return found;
}

/** Reads the options `--engine`, `--k3s` and `--charts`. */
export function readWishes(options: Readonly<Record<string, unknown>>): Wishes {
  const mirror = options["charts"];
  return {
    engine: oneOf("engine", options["engine"], ["auto", "pulumi", "in-process"]),
    k3s: oneOf("k3s", options["k3s"], ["auto", "release", "stand-in"]),
    mirror: typeof mirror === "string" ? mirror : undefined,
  };
}

const reasons = {
  noRelease: "no release of k3s can be reached from here",
  noOutside: "its providers cannot be downloaded from here",
  noPulumi: "no pulumi on PATH",
  asked: "as asked for",
};

/** Whether the lab can have a way out, and why the release of k3s is not used. */
async function findRelease({ k3s }: Wishes): Promise<{ k3sWhy?: string; uplink: boolean }> {
  const trouble = (await canReachRelease()) ? uplinkRequirements() : reasons.noRelease;
  const uplink = trouble === undefined;
  const k3sWhy = k3s === "stand-in" ? reasons.asked : trouble;
  return k3sWhy === undefined ? { uplink } : { k3sWhy, uplink };
}

/** Finds out what can be real on this machine, and fetches the charts that can be had. */
export async function choose(wishes: Wishes): Promise<Choices> {
  const { k3sWhy, uplink } = await findRelease(wishes);
  const reachable = k3sWhy === undefined;
  if (wishes.k3s === "release" && !reachable) throw new Error(k3sWhy);
  const k3s = reachable ? "release" : "stand-in";
  const pulumi = wishes.engine !== "in-process" && hasPulumi();
  if (wishes.engine === "pulumi" && !pulumi) throw new Error(reasons.noPulumi);
  // Its providers are downloads too; only someone who has them would ask for it without network.
  const engine = pulumi && (uplink || wishes.engine === "pulumi") ? "pulumi" : "in-process";
  const helm = hasHelm();
  const wanted = k3s === "release" && engine === "in-process" && helm;
  const charts = wanted ? await pullCharts(wishes.mirror) : {};
  const chartsSkipped =
    k3s === "stand-in"
      ? "kwok runs no webhook and no load balancer"
      : helm
        ? "its chart cannot be reached from here"
        : "no helm on PATH";

  const engineWhy =
    wishes.engine === "in-process" ? reasons.asked : pulumi ? reasons.noOutside : reasons.noPulumi;
  const nodes = "kwok: pods are scheduled and marked as running, but nothing runs";
  const parts: [string, string][] = [
    ["hosts", "real: Debian with systemd and sshd, reached by SSH only"],
    [
      "k3s",
      k3s === "release"
        ? "real: the pinned release"
        : `STAND-IN: upstream Kubernetes and etcd behind k3s's paths (${k3sWhy ?? ""})`,
    ],
    ["nodes", k3s === "release" ? "real: kubelet and containerd" : `STAND-IN: ${nodes}`],
    [
      "engine",
      engine === "pulumi"
        ? "real: the pulumi CLI, its state in the lab's folder"
        : `STAND-IN: the program in this process with live handlers; it creates, converges and undoes on hosts, and diffs nothing in the cluster (${engineWhy})`,
    ],
    ["charts", chartsLine(charts, engine, k3s, chartsSkipped)],
  ];
  return {
    ...{ engine, k3s, uplink, charts, chartsSkipped, parts },
    standIns: parts.filter(([, what]) => !what.startsWith("real")),
  };
}

function chartsLine(
  charts: Readonly<Record<string, string>>,
  engine: Choices["engine"],
  k3s: Choices["k3s"],
  skipped: string,
): string {
  if (k3s === "release" && engine === "pulumi") return "real: from their own repositories";
  const count = Object.keys(charts).length;
  if (count > 0) return `real: ${String(count)} of the catalogue's charts, by helm`;
  return engine === "pulumi"
    ? `skipped: ${skipped}; neither are their custom resources made`
    : `skipped: ${skipped}; their custom resources go against permissive definitions`;
}
