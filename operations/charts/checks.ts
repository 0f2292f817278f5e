import { isDeepStrictEqual } from "node:util";
import type { ChartRow } from "../../catalogue/charts";
import { customValidators } from "./customSchemas";
import { containerExceptions } from "./exceptions";
import type { Gathered } from "./gather";
import { isBuiltIn, type Sourced, typeProblems } from "./kubernetesTypes";
import { podsIn } from "./pods";
import { type KubernetesObject, renderChart } from "./render";
import { unknownPaths, withoutPath } from "./unknownValues";

/** Definitions a chart brings in its `crds/` or renders. */
function definitionsOf({ definitions, objects }: Gathered): KubernetesObject[] {
  return [...definitions, ...objects.filter(({ kind }) => kind === "CustomResourceDefinition")];
}

/**
 * Holds objects to schemas that refuse what they do not name: those of Kubernetes' own kinds to the
 * provider's types, custom resources to the definitions of the charts.
 *
 * @param own objects that the program makes beside the charts
 */
export function schemaProblems(
  charts: readonly Gathered[],
  own: readonly Sourced[],
  folder: string,
): string[] {
  const validators = customValidators(charts.flatMap(definitionsOf));
  const all = [
    ...charts.flatMap(({ row, objects }) =>
      objects.map((object) => ({ source: row.chart, object })),
    ),
    ...own,
  ];
  const custom = all.filter(({ object }) => !isBuiltIn(object));
  return [
    ...typeProblems(
      all.filter(({ object }) => isBuiltIn(object)),
      folder,
    ),
    ...custom.flatMap(({ source, object }) => {
      const { apiVersion, kind, metadata } = object;
      const where = `${source}: ${kind} ${metadata.name}`;
      const validate = validators.get(`${apiVersion} ${kind}`);
      if (validate === undefined) {
        return [`${where}: no chart of this stack brings ${kind} of ${apiVersion}`];
      }
      return validate(object).map((line) => `${where}: ${line}`);
    }),
  ];
}

/** Objects by what they are, for comparing two renderings. */
function byKey(objects: readonly KubernetesObject[]): Map<string, KubernetesObject> {
  return new Map(
    objects.map((object) => {
      const { apiVersion, kind, metadata } = object;
      return [[apiVersion, kind, metadata.namespace ?? "", metadata.name].join("|"), object];
    }),
  );
}

function same(
  left: ReadonlyMap<string, KubernetesObject>,
  right: ReadonlyMap<string, KubernetesObject>,
  random: ReadonlySet<string>,
): boolean {
  const keys = new Set([...left.keys(), ...right.keys()]);
  return [...keys].every(
    (key) => random.has(key) || isDeepStrictEqual(left.get(key), right.get(key)),
  );
}

/**
 * Values that reach nothing: the chart does not name them, and without them it renders the same.
 * Helm takes a value that no template reads without a word, so a misspelt one is lost.
 */
export async function lostValues(
  { row, archive, values, known, objects }: Gathered,
  kubernetes: string,
  folder: string,
): Promise<string[]> {
  const paths = unknownPaths(values, known);
  if (paths.length === 0) return [];
  const render = async (given: Readonly<Record<string, unknown>>) =>
    byKey((await renderChart({ row, archive, values: given, kubernetes, folder })).objects);
  const first = byKey(objects);
  const second = await render(values);
  // Some charts draw a certificate or a password each time.
  const random = new Set(
    [...first].filter(([key, one]) => !isDeepStrictEqual(one, second.get(key))).map(([key]) => key),
  );
  const lost: string[] = [];
  for (const path of paths) {
    const without = await render(withoutPath(values, path)).catch(() => undefined);
    if (without !== undefined && same(first, without, random)) {
      lost.push(
        `${row.chart}: the chart does not know the value ${path.join(".")}, and it changes nothing`,
      );
    }
  }
  return lost;
}

/** Containers without requests of CPU and memory or without a limit of memory. */
export function resourceProblems({
  row,
  objects,
}: {
  readonly row: Pick<ChartRow, "chart">;
  readonly objects: readonly KubernetesObject[];
}): string[] {
  return podsIn(objects).flatMap(({ kind, name, containers }) =>
    containers.flatMap((container) => {
      const excepted = containerExceptions.some(
        (one) =>
          one.chart === row.chart && one.workload === name && one.container === container.name,
      );
      const missing = [
        container.cpu === undefined ? "request of CPU" : undefined,
        container.memory === undefined ? "request of memory" : undefined,
        container.memoryLimit === undefined ? "limit of memory" : undefined,
      ].filter((what) => what !== undefined);
      return missing.length === 0 || excepted
        ? []
        : [
            `${row.chart}: ${kind} ${name}: container ${container.name} has no ${missing.join(", no ")}`,
          ];
    }),
  );
}
