import { mediaApps } from "../../../catalogue/apps/media";
import { mediaAppNames } from "../../../catalogue/apps/names";
import type { Criterion } from "../score";
import type { Subject, WorkloadContainer } from "../subject";
import { share } from "../verdicts";

const category = "manifests";

/** A criterion that every container has to meet. */
function ofContainers(
  id: string,
  points: number,
  wish: string,
  isMet: (one: WorkloadContainer) => boolean,
  which: (one: WorkloadContainer) => boolean = () => true,
): Criterion<Subject> {
  return {
    ...{ id, category, points, wish },
    judge: ({ containers }) =>
      share("containers", containers.filter(which), ({ name }) => name, isMet, "is lacking"),
  };
}

interface Amounts {
  readonly cpu?: unknown;
  readonly memory?: unknown;
}

interface ContainerShape {
  readonly image?: string;
  readonly resources?: { readonly requests?: Amounts; readonly limits?: Amounts };
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[] };
  };
}

const shapeOf = ({ container }: WorkloadContainer): ContainerShape => container as ContainerShape;

function isPinned({ image = "" }: ContainerShape): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag !== undefined && tag !== "latest";
}

/** What every object that Bramble writes itself has to have; the charts' are `charts verify`'s. */
export const manifestCriteria: readonly Criterion<Subject>[] = [
  {
    ...{ id: "media-apps", category, points: 3 },
    wish: "Each media app that is wanted has a Deployment and a Service on its port",
    judge: ({ config: { media }, objects }) =>
      share(
        "media apps",
        media.enabled ? mediaAppNames.filter((name) => media.apps[name].enabled) : [],
        (name) => name,
        (name) =>
          ["Deployment", "Service"].every((kind) =>
            objects.some(
              ({ metadata, body, ...object }) =>
                object.kind === kind &&
                metadata.name === name &&
                metadata.namespace === media.namespace &&
                (kind !== "Service" ||
                  JSON.stringify(body).includes(
                    `"port":${String(mediaApps[name].ports[0].number)}`,
                  )),
            ),
          ),
      ),
  },
  ofContainers("requests-and-limits", 2, "Each container requests and limits memory", (one) => {
    const { requests, limits } = shapeOf(one).resources ?? {};
    return [requests?.cpu, requests?.memory, limits?.memory].every((value) => value !== undefined);
  }),
  ofContainers(
    "probes",
    2,
    "Each lasting container is probed for life and readiness",
    ({ container }) =>
      container.livenessProbe !== undefined && container.readinessProbe !== undefined,
    ({ lasting }) => lasting,
  ),
  ofContainers("pinned-images", 2, "Each image has a tag other than latest, or a digest", (one) =>
    isPinned(shapeOf(one)),
  ),
  ofContainers(
    "least-rights",
    1,
    "Each container drops all capabilities and cannot gain",
    (one) => {
      const { allowPrivilegeEscalation, capabilities } = shapeOf(one).securityContext ?? {};
      return allowPrivilegeEscalation === false && capabilities?.drop?.includes("ALL") === true;
    },
  ),
  {
    ...{ id: "service-accounts", category, points: 1 },
    wish: "Each workload has an account of its own",
    judge: ({ workloads }) =>
      share(
        "workloads",
        workloads,
        ({ name }) => name,
        ({ pod }) => pod.serviceAccountName !== undefined && pod.serviceAccountName !== "default",
        "is lacking",
      ),
  },
  {
    ...{ id: "network-policies", category, points: 2 },
    wish: "Each namespace forbids what no policy allows",
    judge: ({ objects }) =>
      share(
        "namespaces",
        objects.filter(({ kind }) => kind === "Namespace"),
        ({ metadata }) => metadata.name,
        ({ metadata: { name } }) =>
          objects.some(({ kind, metadata, body }) => {
            const spec = body["spec"] as { podSelector?: object; policyTypes?: readonly string[] };
            return (
              kind === "NetworkPolicy" &&
              metadata.namespace === name &&
              Object.keys(spec.podSelector ?? {}).length === 0 &&
              spec.policyTypes?.includes("Ingress") === true
            );
          }),
        "is lacking",
      ),
  },
];
