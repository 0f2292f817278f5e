import { mediaAppNames } from "../../../catalogue/apps/names";
import type { Criterion } from "../score";
import type { Subject } from "../subject";
import { share } from "../verdicts";

const category = "metadata";

const labels = ["name", "component", "part-of", "version", "managed-by"];

const annotations = [
  "description",
  "argocd.argoproj.io/sync-wave",
  "link.argocd.argoproj.io/external-link",
];

const names: readonly string[] = mediaAppNames;

interface Metadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

function ofDeployments(
  id: string,
  points: number,
  wish: string,
  isMet: (metadata: Metadata) => boolean,
): Criterion<Subject> {
  return {
    ...{ id, category, points, wish },
    judge: ({ objects, config: { media } }) =>
      share(
        "apps",
        objects.filter(
          ({ kind, metadata }) =>
            kind === "Deployment" &&
            metadata.namespace === media.namespace &&
            names.includes(metadata.name),
        ),
        ({ metadata }) => metadata.name,
        ({ body }) => isMet((body["metadata"] ?? {}) as Metadata),
        "is lacking",
      ),
  };
}

/** What people and tools find an app by. */
export const metadataCriteria: readonly Criterion<Subject>[] = [
  ofDeployments(
    "labels",
    1,
    `Apps have the labels app.kubernetes.io/{${labels.join(",")}}`,
    (one) => labels.every((label) => one.labels?.[`app.kubernetes.io/${label}`] !== undefined),
  ),
  ofDeployments("annotations", 1, `Apps have the annotations ${annotations.join(", ")}`, (one) =>
    annotations.every((annotation) => one.annotations?.[annotation] !== undefined),
  ),
];
