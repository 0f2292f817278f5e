import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { cacheFolder } from "./folders";

/** A built stand-in, laid out as the air-gap directory of a k3s release. */
export interface Standin {
  /** Holds the binary (`k3s`, or `k3s-arm64`) and its `sha256sum-<arch>.txt`. */
  directory: string;
  /** As a k3s release is named, for example `v1.36.3+k3s0`; k3s itself never has `+k3s0`. */
  version: string;
  /** Of the binary, in hex. */
  sha256: string;
}

const sources = join(__dirname, "k3s-standin");
const progressSeconds = 15;

/** Why this machine cannot build the stand-in, in one line with the mend; undefined when it can. */
export function standinRequirements(): string | undefined {
  if (process.platform !== "linux") {
    return `the k3s stand-in needs Linux, this is ${process.platform}`;
  }
  if (goArchitecture() === undefined) {
    return `the k3s stand-in is built for amd64 and arm64, this is ${process.arch}`;
  }
  if (existsSync(layout().checksums)) {
    return undefined;
  }
  const go = spawnSync("go", ["version"], { encoding: "utf8" });
  const found = go.error ? null : /go(\d+)\.(\d+)/.exec(go.stdout);
  if (!found || Number(found[1]) !== 1 || Number(found[2]) < 21) {
    return "the k3s stand-in needs Go 1.21 or newer to be built: https://go.dev/doc/install";
  }
  return undefined;
}

/**
 * The stand-in for a k3s release, built from Go modules on first use (four to seven minutes on two
 * cores), then kept in the cache until its sources change.
 * @param log told in one line each what is built and how far it is
 * @throws when the modules cannot be had or do not compile; the message ends with what Go said
 */
export async function buildStandin(log: (line: string) => void): Promise<Standin> {
  const { folder, binary, checksums, architecture } = layout();
  const version = standinVersion();
  if (!existsSync(checksums)) {
    const partial = `${folder}.${String(process.pid)}`;
    mkdirSync(partial, { recursive: true });
    try {
      log(`k3s stand-in ${version}: building it from Go modules, once per change of its sources`);
      const started = Date.now();
      await compile(join(partial, binary), version, architecture, log);
      if (layout().folder !== folder) {
        throw new Error("the k3s stand-in's sources changed while it was built: run this again");
      }
      const sha256 = createHash("sha256")
        .update(readFileSync(join(partial, binary)))
        .digest("hex");
      writeFileSync(join(partial, relative(folder, checksums)), `${sha256}  ${binary}\n`);
      if (!existsSync(folder)) {
        renameSync(partial, folder);
      }
      log(
        `k3s stand-in ${version}: built in ${String(Math.round((Date.now() - started) / 1000))} s`,
      );
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  const [sha256 = ""] = readFileSync(checksums, "utf8").split(" ");
  return { directory: folder, version, sha256 };
}

/**
 * The same stand-in under the name of another release, for trying upgrades: what it says of its
 * version is the only difference, so the name must be as long as its own.
 *
 * @param version such as `v1.36.4+k3s0`.
 */
export function standinAs(built: Standin, version: string): Standin {
  const directory = join(built.directory, `as-${version}`);
  const { binary, architecture } = layout();
  const checksums = join(directory, `sha256sum-${architecture}.txt`);
  if (!existsSync(checksums)) {
    const content = readFileSync(join(built.directory, binary));
    const own = Buffer.from(built.version);
    const other = Buffer.from(version);
    let at = content.indexOf(own);
    if (own.length !== other.length || at === -1) {
      throw new Error(`the stand-in ${built.version} cannot be named ${version}`);
    }
    for (; at !== -1; at = content.indexOf(own, at)) other.copy(content, at);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, binary), content, { mode: 0o755 });
    const digest = createHash("sha256").update(content).digest("hex");
    // Last: what has its checksums is whole.
    writeFileSync(checksums, `${digest}  ${binary}\n`);
  }
  const [sha256 = ""] = readFileSync(checksums, "utf8").split(" ");
  return { directory, version, sha256 };
}

function goArchitecture(): "amd64" | "arm64" | undefined {
  return ({ x64: "amd64", arm64: "arm64" } as const)[process.arch as "x64" | "arm64"];
}

function layout() {
  const architecture = goArchitecture() ?? "amd64";
  const hash = createHash("sha256").update(
    JSON.stringify([architecture, ...buildArguments("", "")]),
  );
  for (const file of sourceFiles(sources)) {
    hash.update(relative(sources, file)).update(readFileSync(file));
  }
  const folder = join(cacheFolder(), `standin-${hash.digest("hex").slice(0, 12)}`);
  return {
    architecture,
    folder,
    binary: architecture === "amd64" ? "k3s" : `k3s-${architecture}`,
    checksums: join(folder, `sha256sum-${architecture}.txt`),
  };
}

/** What the binary is made of; words about it are not. */
function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The Kubernetes that go.mod names, with the suffix of a k3s release that never was. */
function standinVersion(): string {
  const module = readFileSync(join(sources, "go.mod"), "utf8");
  const version = /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(module)?.[1];
  if (version === undefined) {
    throw new Error(`${join(sources, "go.mod")} names no version of k8s.io/kubernetes`);
  }
  return `${version}+k3s0`;
}

function buildArguments(output: string, version: string): string[] {
  const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const values = {
    "k8s.io/component-base/version.gitVersion": version,
    "k8s.io/component-base/version.gitMajor": major,
    "k8s.io/component-base/version.gitMinor": minor,
    "k8s.io/component-base/version.gitTreeState": "clean",
    "k8s.io/client-go/pkg/version.gitVersion": version,
  };
  const linker = Object.entries(values).map(([name, value]) => `-X ${name}=${value}`);
  // No debug information: it is a quarter of the time to compile.
  return [
    ...["build", "-v", "-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false"],
    `-ldflags=-s -w ${linker.join(" ")}`,
    ...["-o", output, "."],
  ];
}

async function compile(
  output: string,
  version: string,
  architecture: string,
  log: (line: string) => void,
): Promise<void> {
  // A second build at the same time would only take the processors from the first.
  const lock = join(cacheFolder(), "standin.lock");
  const command = ["flock", lock, "go", ...buildArguments(output, version)];
  const environment = { ...process.env, CGO_ENABLED: "0", GOARCH: architecture, GOOS: "linux" };
  const child = spawn("nice", command, {
    cwd: sources,
    // A Go older than go.mod names fetches the newer one, also where the distribution forbade it.
    env: { ...environment, GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "auto" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let packages = 0;
  let last: string[] = [];
  const progress = setInterval(() => {
    log(`k3s stand-in: ${String(packages)} packages compiled`);
  }, progressSeconds * 1000);
  createInterface({ input: child.stderr }).on("line", (line) => {
    packages += /^[a-z0-9.-]+(\/\S+)*$/i.test(line) ? 1 : 0;
    last = [...last, line].slice(-20);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    if (code !== 0) {
      throw new Error(`the k3s stand-in was not built:\n${last.join("\n")}`);
    }
  } finally {
    clearInterval(progress);
  }
}
