import { charts, type ChartName, releaseName } from "../../../catalogue/charts";
import type { Criterion } from "../score";
import type { Subject } from "../subject";
import { saysNothing, share, whether } from "../verdicts";

const category = "infrastructure";

/** Whether the stack installs a release, or stands on a cluster that may have its own. */
function release(id: string, points: number, name: ChartName, wish: string): Criterion<Subject> {
  const row = charts[name];
  return {
    ...{ id, category, points, wish },
    judge: ({ releases, config }) => {
      const there = releases.some((one) => one.name === releaseName(row));
      if (!there && config.cluster.source === "existing") {
        return saysNothing(`the existing cluster may bring what ${row.chart} does`);
      }
      return whether(there, `${row.chart} ${row.version}`, `${row.chart} is not installed`);
    },
  };
}

/** The cluster and the parts of the platform that the workloads stand on. */
export const infrastructureCriteria: readonly Criterion<Subject>[] = [
  {
    ...{ id: "quorum", category, points: 3 },
    wish: "Three or more servers, an odd number, so that one may be lost",
    judge: ({ config: { cluster, hosts } }) => {
      if (cluster.source === "existing") return saysNothing("the servers are not Bramble's");
      const servers = hosts.filter(({ role, state }) => role === "server" && state === "present");
      const count = servers.length;
      const found = `${String(count)} server${count === 1 ? "" : "s"}`;
      return whether(count >= 3 && count % 2 === 1, found, found);
    },
  },
  {
    ...{ id: "virtual-ip", category, points: 1 },
    wish: "The API has an address that outlives each server",
    judge: ({ config: { cluster, hosts, k3s } }) =>
      cluster.source === "existing" || hosts.length < 2
        ? saysNothing("one host, or a cluster that is not Bramble's")
        : whether(
            k3s.virtualIp !== undefined,
            `k3s.virtualIp ${k3s.virtualIp ?? ""}`,
            "k3s.virtualIp is not set",
          ),
  },
  release("load-balancer", 1, "metallb", "Services get addresses of the LAN"),
  release("ingress", 1, "traefik", "Names lead to the apps"),
  release("certificates", 1, "certManager", "Every name has a certificate"),
  release("metrics", 2, "kubePrometheusStack", "Metrics are kept and alerts fire"),
  release("logs", 1, "loki", "Logs are kept"),
  {
    ...{ id: "claims", category, points: 2 },
    wish: "Each claim's class is one that outlives a host",
    judge: ({ objects }) =>
      share(
        "claims",
        objects.filter(({ kind }) => kind === "PersistentVolumeClaim"),
        ({ metadata }) => metadata.name,
        ({ body }) => {
          const spec = body["spec"] as { storageClassName?: string } | undefined;
          return spec?.storageClassName?.startsWith("local-path") === false;
        },
      ),
  },
  {
    ...{ id: "backups", category, points: 3 },
    wish: "Snapshots of the cluster are copied off the hosts",
    judge: ({ config: { cluster, k3s } }) =>
      cluster.source === "existing"
        ? saysNothing("the cluster's own backups are not Bramble's")
        : whether(
            k3s.snapshots.offHost !== undefined,
            "k3s.snapshots.offHost is set",
            "k3s.snapshots.offHost is not set",
          ),
  },
  {
    ...{ id: "as-planned", category, points: 4 },
    wish: "The cluster is as the plan has it",
    judge: ({ shortfall }) => {
      if (shortfall === undefined) return saysNothing("only the plan is judged");
      const { compared, differing } = shortfall;
      const met = compared - differing;
      return { met, of: compared, reason: `${String(met)} of ${String(compared)} things` };
    },
  },
];
