import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./folders";

/** Programs of others, built from the Go module that they are published as. */
export interface GoModule<Program extends string = string> {
  readonly path: string;
  readonly version: string;
  /** Names of folders under `cmd`. */
  readonly programs: readonly Program[];
  /** Without service discovery, for example, which is most of Prometheus: none is used here. */
  readonly tags?: string;
  /** A file that is compiled in and that the module's archive lacks. */
  readonly standsIn?: string;
}

/** The last part of a module's path that is no major version. */
export function moduleName({ path }: GoModule): string {
  return (
    path
      .split("/")
      .filter((part) => !/^v\d+$/.test(part))
      .at(-1) ?? ""
  );
}

function folderOf(module: GoModule): string {
  return join(cacheFolder(), `${moduleName(module)}-${module.version}`);
}

/** Where a module's programs are, once {@link buildGoModule} has made them; undefined before. */
export function builtPrograms<Program extends string>(
  module: GoModule<Program>,
): Readonly<Record<Program, string>> | undefined {
  const folder = folderOf(module);
  if (!existsSync(folder)) return undefined;
  const paths = module.programs.map((program) => [program, join(folder, program)] as const);
  return Object.fromEntries(paths) as Record<Program, string>;
}

/** Why nothing can be built here; undefined when it can. */
export function goTrouble(): string | undefined {
  const go = spawnSync("go", ["version"], { encoding: "utf8" });
  const found = go.error === undefined ? /go1\.(\d+)/.exec(go.stdout) : null;
  return Number(found?.[1] ?? 0) >= 21
    ? undefined
    : "Go 1.21 or newer to be built: https://go.dev/doc/install";
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

/**
 * Builds a module's programs on first use, then keeps them in the cache.
 *
 * @param log told in one line each what is built.
 * @throws when the module cannot be had or does not compile.
 */
export async function buildGoModule(module: GoModule, log: (line: string) => void): Promise<void> {
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
