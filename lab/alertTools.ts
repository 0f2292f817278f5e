import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./folders";

/** Programs of Prometheus and Alertmanager, in the versions that kube-prometheus-stack runs. */
export type AlertTool = "promtool" | "prometheus" | "amtool" | "alertmanager";

interface Module {
  readonly path: string;
  readonly version: string;
  readonly programs: readonly AlertTool[];
  /** Without service discovery, which is most of it: none is used here. */
  readonly tags?: string;
  /** A file that is compiled in and that the module's archive lacks. */
  readonly standsIn?: string;
}

const modules: readonly Module[] = [
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

function folderOf({ path, version }: Module): string {
  return join(cacheFolder(), `${path.split("/").at(-1) ?? ""}-${version}`);
}

/** Where the programs are, once {@link buildAlertTools} has made them; undefined before. */
export function alertTools(): Readonly<Record<AlertTool, string>> | undefined {
  if (modules.some((module) => !existsSync(folderOf(module)))) return undefined;
  const paths = modules.flatMap((module) =>
    module.programs.map((program) => [program, join(folderOf(module), program)] as const),
  );
  return Object.fromEntries(paths) as Record<AlertTool, string>;
}

/** Why they cannot be built here, in one line with the mend; undefined when they can. */
export function alertToolsTrouble(): string | undefined {
  if (alertTools() !== undefined) return undefined;
  const go = spawnSync("go", ["version"], { encoding: "utf8" });
  const found = go.error === undefined ? /go1\.(\d+)/.exec(go.stdout) : null;
  return Number(found?.[1] ?? 0) >= 21
    ? undefined
    : "promtool and amtool need Go 1.21 or newer to be built: https://go.dev/doc/install";
}

function run(argv: readonly string[], folder: string): Promise<string> {
  const [file = "", ...args] = argv;
  // A Go older than a module asks for fetches the newer one, also where the distribution forbade it.
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "auto" };
  const child = spawn(file, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let [output, trouble] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (trouble += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => {
      if (code === 0) resolve(output);
      else
        reject(new Error(`${argv.join(" ")} ended with ${String(code)}:\n${trouble.slice(-2000)}`));
    });
  });
}

async function build(module: Module, log: (line: string) => void): Promise<void> {
  const folder = folderOf(module);
  if (existsSync(folder)) return;
  const partial = `${folder}.${String(process.pid)}`;
  const sources = join(partial, "sources");
  const began = Date.now();
  mkdirSync(partial, { recursive: true });
  try {
    const reference = `${module.path}@${module.version}`;
    log(`${module.programs.join(" and ")}: building them from ${reference}, once`);
    const { Dir } = JSON.parse(
      await run(["go", "mod", "download", "-json", reference], partial),
    ) as {
      readonly Dir: string;
    };
    // In a folder of its own the module is the main one: its own pins count.
    cpSync(Dir, sources, { recursive: true });
    await run(["chmod", "-R", "u+w", sources], partial);
    if (module.standsIn !== undefined) {
      const file = join(sources, module.standsIn);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, "<html></html>\n");
    }
    const tags = module.tags === undefined ? [] : ["-tags", module.tags];
    const quick = ["-buildvcs=false", "-gcflags=all=-dwarf=false", "-ldflags=-s -w"];
    const programs = module.programs.map((program) => `./cmd/${program}`);
    await run(
      ["nice", "go", "build", ...quick, ...tags, "-o", `${partial}/`, ...programs],
      sources,
    );
    rmSync(sources, { recursive: true, force: true });
    if (!existsSync(folder)) renameSync(partial, folder);
    const seconds = String(Math.round((Date.now() - began) / 1000));
    log(`${module.programs.join(" and ")}: built in ${seconds} s`);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
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
  for (const module of modules) await build(module, log);
  const tools = alertTools();
  if (tools === undefined) throw new Error("promtool and amtool were built, and are not there");
  return tools;
}

/** The versions, for reports. */
export const alertToolVersions = modules
  .map(({ path, version }) => `${path.split("/").at(-1) ?? ""} ${version}`)
  .join(", ");
