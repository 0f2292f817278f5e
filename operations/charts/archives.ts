import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { childEnvironment } from "../childEnvironment";
import type { ChartRow } from "../../catalogue/charts";
import { chartArchive, isChartDirectory } from "../../catalogue/chartSource";
import { chartReference } from "../../components/helm/chartReference";

const run = promisify(execFile);

/** A chart's archive on this machine, or why there is none. */
export type Pulled =
  | { readonly archive: string; readonly problem?: string }
  | { readonly archive?: undefined; readonly skipped: string };

/** Milliseconds for one chart. */
const patience = 60_000;

/** Why there is no helm here; undefined when there is one. */
export async function helmTrouble(): Promise<string | undefined> {
  try {
    await run("helm", ["version", "--short"], { env: childEnvironment() });
    return undefined;
  } catch {
    return "no helm on PATH: https://helm.sh/docs/intro/install/";
  }
}

/** What a failed program said, on one line. */
export function reasonOf(error: unknown): string {
  const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const text = said.trim() === "" ? String(error) : said;
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^(WARNING|level=WARN|walk\.go)/.test(line))
    .join(" ")
    .replace(/^Error: /, "")
    .slice(0, 400);
}

function digestProblem({ archiveDigest }: ChartRow, archive: string): string | undefined {
  if (archiveDigest === undefined) return undefined;
  const found = `sha256:${createHash("sha256").update(readFileSync(archive)).digest("hex")}`;
  return found === archiveDigest
    ? undefined
    : `the archive is ${found}, the catalogue pins ${archiveDigest}: pin it anew after a change of version; at the same version do not install it`;
}

/**
 * Gets a chart's archive.
 *
 * @param mirror as {@link chartReference}
 * @param folder where it may be put
 */
export async function pullChart(
  row: ChartRow,
  mirror: string | undefined,
  folder: string,
): Promise<Pulled> {
  const { chart, version, repositoryOpts } = chartReference(row, mirror);
  let archive = chart;
  if (mirror === undefined || !isChartDirectory(mirror)) {
    archive = join(folder, chartArchive(row));
    const repository = repositoryOpts === undefined ? [] : ["--repo", repositoryOpts.repo];
    try {
      const into = ["--destination", folder];
      await run("helm", ["pull", chart, ...repository, "--version", version, ...into], {
        timeout: patience,
        env: childEnvironment(),
      });
    } catch (error) {
      return { skipped: `cannot be pulled: ${reasonOf(error)}` };
    }
  }
  if (!existsSync(archive)) return { skipped: `${archive} is missing` };
  const problem = digestProblem(row, archive);
  return problem === undefined ? { archive } : { archive, problem };
}

/** Unpacks a chart. @returns its folder */
export async function unpackChart(archive: string, into: string): Promise<string> {
  const folder = mkdtempSync(join(into, "chart-"));
  await run("tar", ["-xzf", archive, "-C", folder, "--strip-components=1"], {
    env: childEnvironment(),
  });
  return folder;
}
