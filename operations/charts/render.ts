import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { childEnvironment } from "../childEnvironment";
import { type ChartRow, releaseName } from "../../catalogue/charts";
import { reasonOf } from "./archives";

const run = promisify(execFile);

/** An object as YAML says it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>> | null;
    readonly labels?: Readonly<Record<string, string>> | null;
  };
  readonly spec?: unknown;
}

interface KubernetesList extends KubernetesObject {
  readonly items?: readonly KubernetesObject[] | null;
}

function listed({ apiVersion, kind }: KubernetesList) {
  return { apiVersion, kind: kind.replace(/List$/, "") };
}

/** What a chart renders to. */
export interface Rendered {
  readonly objects: readonly KubernetesObject[];
  /** Text that is no right YAML, such as a key written twice. */
  readonly mistakes: readonly string[];
}

/** What is rendered, and how. */
export interface Rendering {
  readonly row: ChartRow;
  readonly archive: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Kubernetes version the chart is told, such as `1.36.4`. */
  readonly kubernetes: string;
  /** Folder for the values' file. */
  readonly folder: string;
}

/** The Kubernetes version of a k3s release: `1.36.4` of `v1.36.4+k3s1`. */
export function kubernetesVersion(k3s: string): string {
  return k3s.replace(/^v/, "").replace(/[-+].*$/, "");
}

/** Reads several YAML documents, empty ones left out. */
export function parseObjects(text: string): Rendered {
  const documents = parseAllDocuments(text, { uniqueKeys: true });
  const objects: KubernetesObject[] = [];
  const mistakes: string[] = [];
  for (const document of documents) {
    mistakes.push(...document.errors.map(({ message }) => message.split("\n")[0] ?? ""));
    const value = document.toJS({ maxAliasCount: -1 }) as KubernetesList | null;
    if (value?.kind === undefined) continue;
    const { items } = value;
    if (!value.kind.endsWith("List") || items === undefined) objects.push(value);
    // Items need not repeat what the list says of them.
    else for (const item of items ?? []) objects.push({ ...listed(value), ...item });
  }
  return { objects, mistakes };
}

/**
 * Renders a chart; Helm holds the values to the chart's own schema meanwhile.
 *
 * @throws Error with Helm's reason.
 */
export async function renderChart(rendering: Rendering): Promise<Rendered> {
  const { row, archive, values, kubernetes, folder } = rendering;
  const file = join(mkdtempSync(join(folder, "values-")), "values.json");
  writeFileSync(file, JSON.stringify(values), { mode: 0o600 });
  try {
    const { stdout } = await run(
      "helm",
      [
        ...["template", releaseName(row), archive, "--namespace", row.namespace],
        ...["--values", file, "--kube-version", kubernetes],
      ],
      { maxBuffer: 2 ** 28, env: childEnvironment() },
    );
    return parseObjects(stdout);
  } catch (error) {
    throw new Error(`${row.chart} does not render: ${reasonOf(error)}`, { cause: error });
  }
}

/** The definitions in a chart's `crds/`, those of its subcharts included. */
export async function chartDefinitions(archive: string): Promise<readonly KubernetesObject[]> {
  const { stdout } = await run("helm", ["show", "crds", archive], {
    maxBuffer: 2 ** 28,
    env: childEnvironment(),
  });
  return parseObjects(stdout).objects.filter(({ kind }) => kind === "CustomResourceDefinition");
}

/** Whether an object is a hook of Helm: it is made at a certain moment and mostly gone afterwards. */
export function hookOf({ metadata }: KubernetesObject): string | undefined {
  return metadata.annotations?.["helm.sh/hook"];
}
