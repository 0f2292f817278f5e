import type { HostConfig } from "../../config/schema";
import type { HostFacts, PodFacts } from "./facts";

type Cells = readonly string[];

const yes = (cell: string | undefined): boolean => cell === "yes";

/** `{[key]: value}`, or nothing where there is no value. */
function known<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  const entry: Partial<Record<K, V>> = {};
  if (value !== undefined) entry[key] = value;
  return entry;
}

function podOf([namespace = "", name = "", node = "", phase = "", created = "", list = ""]: Cells) {
  const containers = list
    .split(" ")
    .filter((words) => words !== "")
    .map((words) => {
      const [ready, restarts, waiting = ""] = words.split(":");
      return { ready: ready === "true", restarts: Number(restarts), waiting };
    });
  const pod: PodFacts = {
    ...{ namespace, name, node, phase, containers },
    created: Date.parse(created) / 1000,
  };
  return pod;
}

/** The lines of one kind, less their first cell. */
function reader(output: string) {
  const rows = output.split("\n").map((line) => line.split("\t"));
  const all = (kind: string): Cells[] =>
    rows.filter(([first]) => first === kind).map(([, ...cells]) => cells);
  const one = (kind: string): Cells | undefined => all(kind)[0];
  const number = (kind: string): number | undefined => {
    const cell = one(kind)?.[0];
    return cell === undefined || cell === "" ? undefined : Number(cell);
  };
  return { all, one, number };
}

function hardwareFacts({ one, number }: ReturnType<typeof reader>) {
  const kernel = one("kernel")?.map(Number);
  const celsius = number("temperature");
  return {
    ...known("celsius", celsius === undefined ? undefined : celsius / 1000),
    ...known("throttled", number("throttled")),
    ...known(
      "kernel",
      kernel === undefined
        ? undefined
        : {
            ...{ undervoltage: kernel[0] ?? 0, outOfMemory: kernel[1] ?? 0 },
            diskErrors: kernel[2] ?? 0,
          },
    ),
  };
}

function systemFacts({ one }: ReturnType<typeof reader>) {
  const [model, , , container] = one("system") ?? [];
  const [synchronised = ""] = one("synchronised") ?? [];
  const unit = one("unit");
  const disk = one("disk");
  const memory = one("memory")?.map(Number);
  return {
    ...known("model", model),
    container: yes(container),
    ...known("timeSynchronised", synchronised === "" ? undefined : yes(synchronised)),
    ...known(
      "unit",
      unit && { name: unit[0] ?? "", state: unit[1] ?? "", restarts: Number(unit[2]) },
    ),
    ...known(
      "disk",
      disk && {
        ...{ kind: disk[0] ?? "", device: disk[1] ?? "" },
        ...{ name: disk[2] ?? "", wear: disk[3] ?? "" },
      },
    ),
    ...known(
      "memory",
      memory && {
        ...{ totalKb: memory[0] ?? 0, availableKb: memory[1] ?? 0 },
        swapKb: (memory[2] ?? 0) - (memory[3] ?? 0),
      },
    ),
    ...known("rebootReason", one("reboot")?.[0]),
  };
}

/** What this machine knows about the call: epoch seconds. */
export interface Asked {
  readonly asked: number;
  readonly answered: number;
}

/**
 * Reads what doctor-facts.sh prints.
 *
 * @returns undefined when its last line is missing.
 */
export function parseFacts(host: HostConfig, output: string, call: Asked): HostFacts | undefined {
  const lines = reader(output);
  const { all, one, number } = lines;
  if (all("end").length === 0) return undefined;
  const clocks = new Map(all("clock").map(([when = "", seconds]) => [when, Number(seconds)]));
  const [first, last] = [clocks.get("start"), clocks.get("end")];
  const address = one("virtualip");
  const snapshot = one("snapshot");
  return {
    host,
    ...known(
      "clock",
      first === undefined || last === undefined ? undefined : { ...call, first, last },
    ),
    ...systemFacts(lines),
    ...hardwareFacts(lines),
    certificates: all("certificate").map(([end, path = ""]) => ({ path, end: Number(end) })),
    filesystems: all("filesystem").map(([mount = "", ...cells]) => ({
      mount,
      ...{ sizeKb: Number(cells[0]), freeKb: Number(cells[1]) },
      ...{ inodes: Number(cells[2]), freeInodes: Number(cells[3]), readOnly: yes(cells[4]) },
    })),
    writes: (one("fsync") ?? []).map(Number),
    walWrites: all("wal").map(([bound = "", count]) => ({
      bound: bound === "+Inf" ? Infinity : Number(bound),
      count: Number(count),
    })),
    ...known("etcdBytes", number("etcdsize")),
    ...known("etcdQuotaBytes", number("etcdquota")),
    ...known("leaderChanges", number("leaderchanges")),
    ...known(
      "virtualIp",
      address && {
        ...{ held: yes(address[0]), answers: yes(address[1]) },
        hardwareAddress: address[2] ?? "",
      },
    ),
    ...known(
      "snapshot",
      snapshot && {
        ...{ taken: Number(snapshot[0]), bytes: Number(snapshot[1]) },
        file: snapshot[2] ?? "",
      },
    ),
    pods: all("pod").map(podOf),
    refusals: all("refused").map(([namespace = "", object = "", message = ""]) => ({
      ...{ namespace, object, message },
    })),
    releases: all("release").map(([namespace = "", name = "", ...cells]) => ({
      ...{ namespace, name, revision: Number(cells[0]), status: cells[1] ?? "" },
      begun: Date.parse(cells[2] ?? "") / 1000,
    })),
  };
}
