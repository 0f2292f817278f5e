import type { batch, core, rbac } from "@pulumi/kubernetes/types/input";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ChartRow, releaseName } from "../../catalogue/charts";
import { isChartDirectory } from "../../catalogue/chartSource";
import { imageReference, images } from "../../catalogue/images";
import { leastPrivilege } from "../podSecurity";
import { chartReference } from "./chartReference";

/** What applies the definitions of a chart's `crds/`. */
export interface DefinitionsSettings {
  readonly row: ChartRow;
  /** Names of the definitions. */
  readonly definitions: readonly string[];
  /** See {@link chartReference}. */
  readonly mirror?: string | undefined;
}

const script = "fetch-definitions.sh";
const scriptFolder = "/scripts";
const workFolder = "/work";
const archiveFolder = "/chart";
const archiveKey = "chart.tgz";

const nobody = 65534;

const container = {
  resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
  securityContext: leastPrivilege,
} satisfies Partial<core.v1.Container>;

function metadata({ row }: DefinitionsSettings) {
  const name = `${releaseName(row)}-definitions`;
  return {
    name,
    labels: {
      "app.kubernetes.io/name": name,
      "app.kubernetes.io/component": "definitions",
      "app.kubernetes.io/part-of": releaseName(row),
      "app.kubernetes.io/version": row.version,
      "app.kubernetes.io/managed-by": "pulumi",
    },
    annotations: { description: `Applies the custom resource definitions of ${row.chart}` },
  };
}

/** The archive in a directory of charts: the cluster cannot read the operator's disk. */
function archiveOf({ row, mirror }: DefinitionsSettings): string | undefined {
  return mirror !== undefined && isChartDirectory(mirror)
    ? chartReference(row, mirror).chart
    : undefined;
}

function fetchArguments(settings: DefinitionsSettings): string[] {
  const { row, definitions, mirror } = settings;
  const { chart, version, repositoryOpts } = chartReference(row, mirror);
  const source = archiveOf(settings) === undefined ? chart : `${archiveFolder}/${archiveKey}`;
  return [workFolder, source, version, repositoryOpts?.repo ?? "-", ...definitions];
}

/** The script, and the archive where the chart comes from a directory. */
export function renderDefinitionsConfigMap(settings: DefinitionsSettings): core.v1.ConfigMap {
  const archive = archiveOf(settings);
  return {
    metadata: { ...metadata(settings), namespace: settings.row.namespace },
    data: { [script]: readFileSync(join(__dirname, "container", script), "utf8") },
    ...(archive !== undefined && {
      binaryData: { [archiveKey]: readFileSync(archive).toString("base64") },
    }),
  };
}

/** The Job's own identity. */
export function renderDefinitionsAccount(settings: DefinitionsSettings): core.v1.ServiceAccount {
  return {
    metadata: { ...metadata(settings), namespace: settings.row.namespace },
    automountServiceAccountToken: false,
  };
}

/** What the Job may do: with just these definitions, and never delete one. */
export function renderDefinitionsRole(settings: DefinitionsSettings): rbac.v1.ClusterRole {
  return {
    metadata: metadata(settings),
    rules: [
      {
        apiGroups: ["apiextensions.k8s.io"],
        resources: ["customresourcedefinitions"],
        resourceNames: [...settings.definitions],
        verbs: ["get", "create", "patch"],
      },
    ],
  };
}

/** Gives the Job's identity its rights. */
export function renderDefinitionsBinding(
  settings: DefinitionsSettings,
): rbac.v1.ClusterRoleBinding {
  const { name } = metadata(settings);
  const { namespace } = settings.row;
  return {
    metadata: metadata(settings),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  };
}

/**
 * Takes the definitions out of the chart and applies them, whoever made them before.
 *
 * Helm's own way, `crds/`, only ever creates what is missing.
 */
export function renderDefinitionsJob(settings: DefinitionsSettings): batch.v1.Job {
  const meta = metadata(settings);
  const temporary = { name: "temporary", mountPath: "/tmp" };
  const work = { name: "work", mountPath: workFolder };
  const files = { name: "files", readOnly: true };
  return {
    metadata: { ...meta, namespace: settings.row.namespace },
    spec: {
      backoffLimit: 5,
      template: {
        metadata: { labels: meta.labels },
        spec: {
          restartPolicy: "OnFailure",
          serviceAccountName: meta.name,
          automountServiceAccountToken: true,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: nobody,
            runAsGroup: nobody,
            fsGroup: nobody,
            seccompProfile: { type: "RuntimeDefault" },
          },
          initContainers: [
            {
              ...container,
              name: "fetch",
              image: imageReference(images.helm),
              command: ["sh", `${scriptFolder}/${script}`, ...fetchArguments(settings)],
              env: ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"].map((name) => ({
                name,
                value: "/tmp/helm",
              })),
              volumeMounts: [
                work,
                temporary,
                { ...files, mountPath: scriptFolder },
                { ...files, mountPath: archiveFolder },
              ],
            },
          ],
          containers: [
            {
              ...container,
              name: "apply",
              image: imageReference(images.kubectl),
              command: ["kubectl"],
              args: [
                ...["apply", "--server-side", "--force-conflicts", "--field-manager", "bramble"],
                ...["--filename", workFolder],
              ],
              env: [{ name: "HOME", value: "/tmp" }],
              volumeMounts: [work, temporary],
            },
          ],
          volumes: [
            { name: "work", emptyDir: {} },
            { name: "temporary", emptyDir: {} },
            { name: "files", configMap: { name: meta.name } },
          ],
        },
      },
    },
  };
}
