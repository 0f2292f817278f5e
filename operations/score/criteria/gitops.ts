import { charts, releaseName } from "../../../catalogue/charts";
import type { WantedObject } from "../../drift/checks";
import type { Criterion } from "../score";
import type { Subject } from "../subject";
import { share, whether } from "../verdicts";

const category = "gitops";

interface ApplicationSpec {
  readonly project?: string;
  readonly syncPolicy?: {
    readonly automated?: {
      readonly prune?: boolean;
      readonly selfHeal?: boolean;
      readonly allowEmpty?: boolean;
    };
    readonly syncOptions?: readonly string[];
    readonly retry?: { readonly limit?: number };
  };
}

function applications({ objects }: Subject): WantedObject[] {
  return objects.filter(
    ({ kind, apiVersion }) => kind === "Application" && apiVersion.startsWith("argoproj.io/"),
  );
}

const specOf = ({ body }: WantedObject): ApplicationSpec => body["spec"] ?? {};

function ofApplications(
  id: string,
  points: number,
  wish: string,
  isMet: (spec: ApplicationSpec) => boolean,
): Criterion<Subject> {
  return {
    ...{ id, category, points, wish },
    judge: (subject) =>
      share(
        "Applications",
        applications(subject),
        ({ metadata }) => metadata.name,
        (object) => isMet(specOf(object)),
        "is lacking",
      ),
  };
}

/** Whether Git owns the workloads. */
export const gitopsCriteria: readonly Criterion<Subject>[] = [
  {
    ...{ id: "argo-cd", category, points: 2 },
    wish: "Argo CD is installed",
    judge: ({ releases }) =>
      whether(
        releases.some(({ name }) => name === releaseName(charts.argoCd)),
        `Argo CD ${charts.argoCd.version}`,
        "platform.argocd is off",
      ),
  },
  ofApplications(
    "self-heal",
    3,
    "Applications prune and heal by themselves, and never to nothing",
    ({ syncPolicy: { automated } = {} }) =>
      automated?.prune === true && automated.selfHeal === true && automated.allowEmpty !== true,
  ),
  ofApplications(
    "retry",
    1,
    "Applications try a failed sync again",
    ({ syncPolicy }) => (syncPolicy?.retry?.limit ?? 0) > 0,
  ),
  ofApplications(
    "project",
    1,
    "Applications belong to a project with rights of its own",
    ({ project }) => project !== undefined && project !== "default",
  ),
  {
    ...{ id: "waves", category, points: 2 },
    wish: "Each media object says its wave",
    judge: ({ objects, config: { media } }) =>
      share(
        "objects",
        objects.filter(({ metadata }) => metadata.namespace === media.namespace),
        ({ kind, metadata }) => `${kind} ${metadata.name}`,
        ({ body }) => JSON.stringify(body).includes("argocd.argoproj.io/sync-wave"),
        "is lacking",
      ),
  },
];
