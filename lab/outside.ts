import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync } from "node:fs";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { type ChartRow, chartNames, charts } from "../catalogue/charts";
import { isChartDirectory } from "../catalogue/chartSource";
import { k3sDefaults } from "../catalogue/k3s";
import { chartReference } from "../components/helm/chartReference";
import { cacheFolder } from "./folders";

const releases = "https://github.com/k3s-io/k3s/releases/download";
const run = promisify(execFile);

/** A release of k3s in the cache, laid out as an air-gap directory. */
export interface K3sRelease {
  readonly version: string;
  readonly directory: string;
}

function releaseFiles(): string[] {
  const arm = process.arch === "arm64";
  const arch = arm ? "arm64" : "amd64";
  return [`sha256sum-${arch}.txt`, arm ? "k3s-arm64" : "k3s", `k3s-airgap-images-${arch}.tar.zst`];
}

function releaseUrl(file: string): string {
  return `${releases}/${encodeURIComponent(k3sDefaults.version)}/${file}`;
}

function releaseFolder(): string {
  return join(cacheFolder(), `k3s-${k3sDefaults.version}`);
}

/** Whether the pinned release of k3s can be had from here, or is in the cache. */
export async function canReachRelease(): Promise<boolean> {
  const files = releaseFiles();
  if (files.every((file) => existsSync(join(releaseFolder(), file)))) return true;
  try {
    const signal = AbortSignal.timeout(4000);
    return (await fetch(releaseUrl(files[0] ?? ""), { method: "HEAD", signal })).ok;
  } catch {
    return false;
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/**
 * Downloads the pinned release of k3s with its images into the cache, once.
 * @throws when a file cannot be had or is not what the release's checksums say
 */
export async function downloadRelease(log: (line: string) => void): Promise<K3sRelease> {
  const directory = releaseFolder();
  mkdirSync(directory, { recursive: true });
  const files = releaseFiles();
  const sums = join(directory, files[0] ?? "");
  for (const file of files) {
    const target = join(directory, file);
    if (existsSync(target)) continue;
    log(`downloading ${file}`);
    const response = await fetch(releaseUrl(file));
    if (!response.ok || response.body === null) {
      throw new Error(`${releaseUrl(file)}: HTTP ${String(response.status)}`);
    }
    const part = `${target}.part`;
    await pipeline(Readable.fromWeb(response.body), createWriteStream(part));
    if (target !== sums) {
      const wanted = readFileSync(sums, "utf8")
        .split("\n")
        .find((line) => line.endsWith(` ${file}`));
      if (wanted?.split(" ")[0] !== (await digestOf(part))) {
        rmSync(part);
        throw new Error(`${file} of k3s ${k3sDefaults.version} is not what its checksum says`);
      }
    }
    renameSync(part, target);
  }
  return { version: k3sDefaults.version, directory };
}

function chartKey({ chart, version }: ChartRow): string {
  return `${chart}-${version}`;
}

async function pullChart(row: ChartRow, mirror: string | undefined): Promise<string> {
  const folder = join(cacheFolder(), "charts");
  const archive = join(folder, `${chartKey(row)}.tgz`);
  if (existsSync(archive)) return archive;
  mkdirSync(folder, { recursive: true });
  const { chart, version, repositoryOpts } = chartReference(row, mirror);
  if (mirror !== undefined && isChartDirectory(mirror)) return chart;
  const repository = repositoryOpts === undefined ? [] : ["--repo", repositoryOpts.repo];
  await run("helm", ["pull", chart, ...repository, "--version", version, "-d", folder], {
    timeout: 30_000,
  });
  return archive;
}

/**
 * Brings the catalogue's charts into the cache, as many as can be reached.
 * @param mirror see `charts.mirror` in the schema
 * @returns the archives by `<chart>-<version>`
 */
export async function pullCharts(mirror: string | undefined): Promise<Record<string, string>> {
  const pulled = await Promise.allSettled(
    chartNames.map(async (name) => [chartKey(charts[name]), await pullChart(charts[name], mirror)]),
  );
  return Object.fromEntries(
    pulled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
  ) as Record<string, string>;
}
