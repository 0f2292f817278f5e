import type { HostConfig } from "../../config/schema";
import type { WantedCluster, WantedObject, WantedRelease, WantedSecret } from "./checks";
import { comparable, differencesOf } from "./compare";
import { type Finding, healMend, inCluster } from "./finding";
import { nodeFindings } from "./nodeFindings";

/** What drift-cluster.sh printed, by name. */
export type ClusterData = ReadonlyMap<string, string>;

/** What a look at the cluster brought. */
export interface ClusterVerdict {
  readonly findings: readonly Finding[];
  readonly failures: readonly string[];
}

interface LiveObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly items?: readonly LiveObject[];
}

const recordEnd = "\x1e";

/** Reads documents that kubectl printed, one object or a List each. */
export function parseObjects(text: string): LiveObject[] {
  return text
    .split(recordEnd)
    .filter((part) => part.trim() !== "")
    .map((part) => JSON.parse(part) as LiveObject)
    .flatMap((object) => object.items ?? [object]);
}

/** Identifies an object whatever version of its group it is read in. */
function keyOf({ apiVersion = "", kind = "", metadata }: LiveObject): string {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return [group, kind, metadata?.namespace ?? "", metadata?.name ?? ""].join("|");
}

function label({ kind = "", metadata }: LiveObject): string {
  const { namespace, name = "" } = metadata ?? {};
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** Differing fields of one object that are shown. */
const mostFields = 3;

type Way = Pick<Finding, "mend" | "heal">;

function objectFindings(live: LiveObject, wanted: LiveObject, way: Way): Finding[] {
  const differences = differencesOf(comparable({ ...live }), comparable({ ...wanted }));
  const rows = differences.slice(0, mostFields).map(({ path, found, wanted: wish }): Finding => ({
    where: inCluster,
    what: `${label(live)} ${path}`,
    found,
    wanted: wish,
    ...way,
  }));
  const rest = differences.length - rows.length;
  if (rest === 0) return rows;
  const more = { found: `${String(rest)} fields`, wanted: "the program's", ...way };
  return [...rows, { where: inCluster, what: `${label(live)}, more fields`, ...more }];
}

function missing(object: LiveObject, way: Way): Finding {
  const what = label(object);
  return { where: inCluster, what, found: "missing", wanted: "as the program has it", ...way };
}

/** What the API server refuses because a field cannot be changed any more, not because of trouble. */
const unchangeable = /\(Invalid\)|immutable|is invalid|spec is forbidden/;

function parseErrors(text: string): Map<string, string> {
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line) => {
      const [file = "", ...words] = line.split(" ");
      return [file.replace(/\.\w+$/, ""), words.join(" ").trim()] as const;
    }),
  );
}

/** Each reason once, with the number of objects it kept from being compared. */
function counted(reasons: readonly string[]): string[] {
  // What names the object differs from one to the next; whose webhook is away does not.
  const short = (reason: string) =>
    /failed calling webhook "[^"]+"/.exec(reason)?.[0] ?? reason.slice(0, 200);
  const counts = new Map<string, number>();
  for (const reason of reasons.map(short)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${String(count)} objects: ${reason}`);
}

function fileOf(index: number): string {
  return String(index + 1).padStart(4, "0");
}

function byKey(text: string): Map<string, LiveObject> {
  return new Map(parseObjects(text).map((object) => [keyOf(object), object]));
}

function ownObjects(stack: string, data: ClusterData, wishes: readonly WantedObject[]) {
  const findings: Finding[] = [];
  const failures: string[] = [];
  const live = byKey(data.get("objects/live") ?? "");
  const wanted = byKey(data.get("objects/wanted") ?? "");
  const errors = parseErrors(data.get("objects/errors") ?? "");
  wishes.forEach((wish, index) => {
    const way: Way = { mend: healMend(stack), heal: { urn: wish.urn, by: "refresh" } };
    const found = live.get(keyOf(wish));
    const would = wanted.get(keyOf(wish));
    const error = errors.get(fileOf(index)) ?? "the API server gave no answer";
    if (found === undefined) findings.push(missing(wish, way));
    else if (would !== undefined) findings.push(...objectFindings(found, would, way));
    else if (unchangeable.test(error)) {
      const what = `${label(wish)}, a field that cannot change`;
      findings.push({ where: inCluster, what, found: "another value", wanted: error, ...way });
    } else failures.push(`${label(wish)} could not be compared: ${error}`);
  });
  return { findings, failures };
}

function secretFindings(stack: string, text: string, wishes: readonly WantedSecret[]): Finding[] {
  const rows = text.split("\n").map((line) => line.split(" "));
  return wishes.flatMap(({ urn, name, namespace, keys }): Finding[] => {
    const row = rows.find((words) => words[0] === namespace && words[1] === name);
    const way: Way = { mend: healMend(stack), heal: { urn, by: "refresh" } };
    const what = `Secret ${namespace}/${name}`;
    const common = { where: inCluster, ...way };
    if (row === undefined) return [{ ...common, what, found: "missing", wanted: "there" }];
    return keys
      .filter((key) => !row.slice(2).includes(key))
      .map((key) => ({ ...common, what: `${what} ${key}`, found: "missing", wanted: "there" }));
  });
}

function releaseFindings(stack: string, data: ClusterData, wish: WantedRelease) {
  const { urn, name, namespace, version } = wish;
  const prefix = `release/${namespace}/${name}`;
  const what = `release ${namespace}/${name}`;
  const [status = "", revision = "", chart = ""] = (data.get(`${prefix}/state`) ?? "").split(/\s/);
  const nothing = { findings: [] as Finding[], failures: [] as string[] };
  if (status === "") {
    return { ...nothing, failures: [`${what} could not be looked at`] };
  }
  const way: Way = { mend: healMend(stack), heal: { urn, by: "refresh" } };
  const rollback = `helm rollback ${name} ${revision} --namespace ${namespace}`;
  const state = (found: string, wanted: string, how: Way) => ({
    ...nothing,
    findings: [{ where: inCluster, what, found, wanted, ...how }],
  });
  if (status === "missing") return state("missing", "deployed", way);
  if (status.startsWith("pending")) {
    return state(`${status}: cut off`, "deployed", {
      mend: `helm rollback ${name} --namespace ${namespace}, then pulumi up`,
    });
  }
  if (status !== "deployed") return state(status, "deployed", way);
  const changed = chart.replace(/^v/, "") === version.replace(/^v/, "") ? [] : [chart];
  const live = byKey(data.get(`${prefix}/live`) ?? "");
  const wanted = parseObjects(data.get(`${prefix}/wanted`) ?? "");
  const errors = [...parseErrors(data.get(`${prefix}/errors`) ?? "").values()];
  return {
    findings: [
      ...changed.map((found) => ({
        ...{ where: inCluster, what: `${what} chart version`, found, wanted: version },
        ...way,
      })),
      ...wanted.flatMap((object) => {
        const found = live.get(keyOf(object));
        if (found === undefined) return [missing(object, { mend: rollback })];
        return objectFindings(found, object, { mend: rollback });
      }),
    ],
    failures: counted(errors).map((error) => `${what}: not compared: ${error}`),
  };
}

/**
 * Turns what drift-cluster.sh printed into findings.
 *
 * @param hosts rows of the configuration; none for a cluster that Bramble did not make.
 */
export function clusterFindings(
  stack: string,
  data: ClusterData,
  wanted: WantedCluster,
  hosts: readonly HostConfig[],
): ClusterVerdict {
  const parts = [
    ...(hosts.length === 0 ? [] : [nodeFindings(data.get("nodes") ?? "", hosts)]),
    ...(wanted.objects.length === 0 ? [] : [ownObjects(stack, data, wanted.objects)]),
    { findings: secretFindings(stack, data.get("secrets") ?? "", wanted.secrets), failures: [] },
    ...wanted.releases.map((release) => releaseFindings(stack, data, release)),
  ];
  const failed = [...data].filter(([name]) => name.startsWith("failed/"));
  return {
    findings: parts.flatMap(({ findings }) => findings),
    failures: [
      ...parts.flatMap(({ failures }) => failures),
      ...failed.map(([, text]) => text.trim().split("\n").at(-1) ?? ""),
    ],
  };
}
