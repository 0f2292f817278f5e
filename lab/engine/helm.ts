import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import { z } from "zod";
import type { Registration } from "../../operations/inprocess/run";
import type { Note, Outcome } from "./outcome";

/** Inputs of a release that decide what helm is told. */
export const releaseInputs = z.object({
  name: z.string(),
  namespace: z.string(),
  chart: z.string(),
  version: z.string(),
  values: z.record(z.string(), z.unknown()).default({}),
  /** Seconds. */
  timeout: z.number().default(300),
});

const run = promisify(execFile);

/** Whether the machine has a helm that answers. */
export function hasHelm(): boolean {
  return spawnSync("helm", ["version", "--short"], { stdio: "ignore" }).status === 0;
}

/** The name of a chart, without the address of its repository or its archive's version. */
export function chartName(chart: string): string {
  return chart.slice(chart.lastIndexOf("/") + 1).replace(/-v?\d+\.\d+\.\d+\S*\.tgz$/, "");
}

/**
 * `helm.v3.Release`: installed by helm from a chart's archive, or left alone when the same chart
 * with the same values is deployed.
 *
 * @param archive the chart's .tgz
 * @param workFolder where kubeconfig and values lie meanwhile; nobody else may read it
 */
export async function installRelease(
  { inputs }: Registration,
  archive: string,
  kubeconfig: string,
  workFolder: string,
  note: Note,
): Promise<Outcome> {
  const { name, namespace, chart, version, values, timeout } = releaseInputs.parse(inputs);
  const folder = mkdtempSync(join(workFolder, "helm-"));
  try {
    const config = join(folder, "kubeconfig");
    const valuesFile = join(folder, "values.json");
    writeFileSync(config, kubeconfig, { mode: 0o600 });
    writeFileSync(valuesFile, JSON.stringify(values), { mode: 0o600 });
    const helm = async (...args: string[]): Promise<unknown> => {
      const target = ["--kubeconfig", config, "--namespace", namespace, "--output", "json"];
      const { stdout } = await run("helm", [...args, ...target], { maxBuffer: 2 ** 28 });
      return JSON.parse(stdout) as unknown;
    };
    const found = (await helm("list", "--all", "--filter", `^${name}$`)) as {
      chart: string;
      status: string;
    }[];
    const id = `${namespace}/${name}`;
    const wanted = `${chartName(chart)}-${version}`;
    if (
      found.some((release) => release.chart === wanted && release.status === "deployed") &&
      isDeepStrictEqual((await helm("get", "values", name)) ?? {}, values)
    ) {
      return { id, change: "unchanged" };
    }
    note(`helm installs ${wanted}`);
    await helm(
      ...["upgrade", "--install", name, archive, "--values", valuesFile],
      ...["--wait", "--wait-for-jobs", "--timeout", `${String(timeout)}s`, "--history-max", "5"],
    );
    return { id, change: found.length === 0 ? "created" : "changed", summary: wanted };
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    throw new Error(`helm: ${namespace}/${name}: ${said.trim().split("\n").slice(-4).join("\n")}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
