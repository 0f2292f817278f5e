import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterObservation } from "../../components/k3s/observation";
import type { HostConfig } from "../../config/schema";
import { observe } from "../observe/observe";
import { type HostAccess, presentHosts, runOnHosts } from "../connection/session";

/** A Deployment, StatefulSet or DaemonSet. */
export interface Workload {
  /** `<kind> <namespace>/<name>`. */
  readonly name: string;
  /** Pods that are ready. */
  readonly ready: number;
}

/** An address that an app is reached at. */
export interface AppAddress {
  /** `<namespace>/<name>` of its Service or Ingress. */
  readonly name: string;
  readonly address: string;
  /** TCP port of a Service. */
  readonly port: number;
  /** Host name of an Ingress. */
  readonly host?: string;
}

/** What a server says of the cluster, for a drill. */
export interface DrillReport {
  /** Whether this server leads etcd. */
  readonly leader: boolean;
  /** UID of the namespace kube-system: the same as long as the cluster is the same. */
  readonly identity: string;
  /** Node that holds the virtual address, where there is one. */
  readonly holder: string;
  readonly workloads: readonly Workload[];
  readonly apps: readonly AppAddress[];
}

/** A cluster before or after a drill. */
export interface ClusterLook extends Omit<DrillReport, "leader"> {
  readonly observation: ClusterObservation;
  /** Name of the server that leads etcd; empty when none says so. */
  readonly leader: string;
}

/** The script that drills run on hosts, besides those of `components/remote/scripts.ts`. */
export const drillScript = "drill.sh";

/** Access to hosts that carries the drill's script along. */
export function withDrillScript(access: HostAccess): HostAccess {
  const text = readFileSync(join(__dirname, drillScript), "utf8");
  return { ...access, scripts: { ...access.scripts, [drillScript]: text } };
}

const httpsPort = 443;

/** Reads what `drill.sh look` prints; undefined when its last line is missing. */
export function parseLook(output: string): DrillReport | undefined {
  const rows = output.split("\n").map((line) => line.split("\t"));
  const all = (kind: string) => rows.filter(([first]) => first === kind).map(([, ...rest]) => rest);
  const one = (kind: string) => all(kind)[0]?.[0] ?? "";
  if (all("end").length === 0) return undefined;
  const services = all("service").flatMap(([name = "", address = "", ports = ""]) => {
    const port = Number(ports.split(" ")[0]);
    return address === "" || port === 0 ? [] : [{ name, address, port }];
  });
  const ingresses = all("ingress").flatMap(([name = "", address = "", host = ""]) =>
    address === "" || host === "" ? [] : [{ name, address, host, port: httpsPort }],
  );
  return {
    ...{ leader: one("leader") === "yes", identity: one("identity"), holder: one("holder") },
    workloads: all("workload").map(([kind = "", name = "", ready = ""]) => ({
      name: `${kind} ${name}`,
      ready: Number(ready),
    })),
    apps: [...services, ...ingresses],
  };
}

/** Looks at the cluster as a whole: hosts, members and nodes, workloads and who leads. */
export async function look(access: HostAccess): Promise<ClusterLook> {
  const servers = presentHosts(access.config).filter(({ role }) => role === "server");
  const [observation, answers] = await Promise.all([
    observe(access),
    runOnHosts(
      withDrillScript(access),
      servers.map((host) => ({ host, script: drillScript, args: ["look"], timeoutSeconds: 90 })),
    ),
  ]);
  const reports = answers.flatMap(({ host, stdout }) => {
    const report = parseLook(stdout);
    return report === undefined ? [] : [{ host, report }];
  });
  const best = reports.find(({ report }) => report.identity !== "")?.report;
  return {
    observation,
    leader: reports.find(({ report }) => report.leader)?.host.name ?? "",
    identity: best?.identity ?? "",
    holder: best?.holder ?? "",
    workloads: best?.workloads ?? [],
    apps: best?.apps ?? [],
  };
}

/** A server other than the named one whose API answers: through it the cluster is asked. */
export function survivor({ observation }: ClusterLook, node: string): HostConfig {
  const found = observation.hosts.find(({ host, api }) => api && host.name !== node);
  if (found === undefined) throw new Error("no other server's API answers: nothing was touched");
  return found.host;
}
