import { mediaAppNames } from "../../../catalogue/apps/names";
import type { Criterion } from "../score";
import type { Subject } from "../subject";
import { saysNothing, share, whether } from "../verdicts";

const category = "configuration";

/** Whether what differs between environments is said, and said in config. */
export const configurationCriteria: readonly Criterion<Subject>[] = [
  {
    ...{ id: "addresses", category, points: 3 },
    wish: "Each media app has its address, so that people's bookmarks stay",
    judge: ({ config: { media } }) =>
      share(
        "media apps",
        media.enabled ? mediaAppNames.filter((name) => media.apps[name].enabled) : [],
        (name) => name,
        (name) => media.apps[name].address !== undefined,
      ),
  },
  {
    ...{ id: "common-config", category, points: 2 },
    wish: "The apps share one ConfigMap with PUID, PGID and TZ",
    judge: ({ config: { media }, objects }) => {
      if (!media.enabled) return saysNothing("the media stack is off");
      const found = objects.find(({ metadata }) => metadata.name === "media-common-config");
      const data = (found?.body["data"] ?? {}) as Record<string, string>;
      return share("values", ["PUID", "PGID", "TZ"], String, (key) => data[key] !== undefined);
    },
  },
  {
    ...{ id: "pod-security", category, points: 2 },
    wish: "Each namespace says its Pod Security level",
    judge: ({ objects }) =>
      share(
        "namespaces",
        objects.filter(({ kind }) => kind === "Namespace"),
        ({ metadata }) => metadata.name,
        ({ body }) => JSON.stringify(body).includes("pod-security.kubernetes.io/enforce"),
        "is lacking",
      ),
  },
  {
    ...{ id: "dhcp-range", category, points: 1 },
    wish: "The router's DHCP range is known, so that no address is given twice",
    judge: ({ config: { cluster, network } }) =>
      cluster.source === "existing" && network.pools.length === 0
        ? saysNothing("no address is handed out")
        : whether(
            network.dhcpRange !== undefined,
            `network.dhcpRange ${network.dhcpRange ?? ""}`,
            "network.dhcpRange is not set",
          ),
  },
  {
    ...{ id: "quotas", category, points: 1 },
    wish: "Each namespace with workloads has a quota and defaults for containers",
    judge: ({ objects, workloads }) =>
      share(
        "namespaces",
        [...new Set(workloads.map(({ namespace }) => namespace))],
        String,
        (name) =>
          ["ResourceQuota", "LimitRange"].every((kind) =>
            objects.some((object) => object.kind === kind && object.metadata.namespace === name),
          ),
        "is lacking",
      ),
  },
  {
    ...{ id: "disruption-budgets", category, points: 1 },
    wish: "Each workload of more than one replica has a PodDisruptionBudget",
    judge: ({ objects, workloads }) =>
      share(
        "workloads of more than one replica",
        workloads.filter(({ replicas }) => replicas > 1),
        ({ name }) => name,
        ({ name, namespace }) =>
          objects.some(
            ({ kind, metadata }) =>
              kind === "PodDisruptionBudget" &&
              metadata.namespace === namespace &&
              metadata.name === name,
          ),
      ),
  },
];
