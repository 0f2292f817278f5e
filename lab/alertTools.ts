import { buildGoModule, builtPrograms, type GoModule, goTrouble, moduleName } from "./goModules";

/** Programs of Prometheus and Alertmanager, in the versions that kube-prometheus-stack runs. */
export type AlertTool = "promtool" | "prometheus" | "amtool" | "alertmanager";

const modules: readonly GoModule<AlertTool>[] = [
  {
    path: "github.com/prometheus/alertmanager",
    // renovate: datasource=go depName=github.com/prometheus/alertmanager
    version: "v0.34.0",
    programs: ["amtool", "alertmanager"],
    standsIn: "ui/app/dist/index.html",
  },
  {
    path: "github.com/prometheus/prometheus",
    // renovate: datasource=go depName=github.com/prometheus/prometheus
    version: "v0.314.0",
    programs: ["promtool", "prometheus"],
    tags: "remove_all_sd",
  },
];

/** Where the programs are, once {@link buildAlertTools} has made them; undefined before. */
export function alertTools(): Readonly<Record<AlertTool, string>> | undefined {
  const built = modules.map((module) => builtPrograms(module));
  if (built.some((programs) => programs === undefined)) return undefined;
  return Object.assign({}, ...built) as Record<AlertTool, string>;
}

/** Why they cannot be built here, in one line with the mend; undefined when they can. */
export function alertToolsTrouble(): string | undefined {
  if (alertTools() !== undefined) return undefined;
  const trouble = goTrouble();
  return trouble === undefined ? undefined : `promtool and amtool need ${trouble}`;
}

/**
 * Builds the programs from Go modules on first use, then keeps them in the cache.
 *
 * @param log told in one line each what is built.
 * @throws when the modules cannot be had or do not compile.
 */
export async function buildAlertTools(
  log: (line: string) => void,
): Promise<Readonly<Record<AlertTool, string>>> {
  for (const module of modules) await buildGoModule(module, log);
  const tools = alertTools();
  if (tools === undefined) throw new Error("promtool and amtool were built, and are not there");
  return tools;
}

/** The versions, for reports. */
export const alertToolVersions = modules
  .map((module) => `${moduleName(module)} ${module.version}`)
  .join(", ");
