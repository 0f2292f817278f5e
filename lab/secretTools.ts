import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./folders";
import { buildGoModule, builtPrograms, type GoModule, goTrouble } from "./goModules";

/** The programs that people make files of secrets with. */
export type SecretTool =
  "sops" | "kubeseal" | "ansible-vault" | "age-keygen" | "gpg" | "ssh-keygen" | "kubectl";

/** Where a program is, or why it cannot be had. */
export type ToolPath = { readonly path: string } | { readonly missing: string };

export type SecretTools = Readonly<Record<SecretTool, ToolPath>>;

const modules: readonly GoModule<"sops" | "kubeseal">[] = [
  {
    path: "github.com/getsops/sops/v3",
    // renovate: datasource=go depName=github.com/getsops/sops/v3
    version: "v3.13.3",
    programs: ["sops"],
  },
  {
    path: "github.com/bitnami-labs/sealed-secrets",
    // renovate: datasource=go depName=github.com/bitnami-labs/sealed-secrets
    version: "v0.40.0",
    programs: ["kubeseal"],
  },
];

const ansible = {
  // renovate: datasource=pypi depName=ansible-core
  version: "2.19.14",
};

const execute = promisify(execFile);

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").at(-1) ?? "";
}

async function fromGo(
  module: GoModule<"sops" | "kubeseal">,
  log: (line: string) => void,
): Promise<[SecretTool, ToolPath][]> {
  const none = (missing: string): [SecretTool, ToolPath][] =>
    module.programs.map((program) => [program, { missing }]);
  if (builtPrograms(module) === undefined) {
    const trouble = goTrouble();
    if (trouble !== undefined) return none(`${module.programs.join()} needs ${trouble}`);
    try {
      await buildGoModule(module, log);
    } catch (error) {
      return none(`${module.programs.join()} could not be built: ${reason(error)}`);
    }
  }
  const built = builtPrograms(module);
  return module.programs.map((program) => [program, { path: built?.[program] ?? "" }]);
}

/** Ansible from PyPI in a folder of its own, which is made once. */
async function ansibleVault(log: (line: string) => void): Promise<ToolPath> {
  const folder = join(cacheFolder(), `ansible-core-${ansible.version}`);
  const path = join(folder, "bin", "ansible-vault");
  if (existsSync(path)) return { path };
  log(`ansible-vault: installing ansible-core ${ansible.version}, once`);
  // Programs of such a folder carry its path: it cannot be made elsewhere and moved. They come last.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cacheFolder(), { recursive: true });
  try {
    await execute("python3", ["-m", "venv", folder]);
    const pip = ["--quiet", "--disable-pip-version-check", "install"];
    const python = join(folder, "bin", "python3");
    await execute(python, ["-m", "pip", ...pip, `ansible-core==${ansible.version}`]);
    return { path };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return { missing: `ansible-core could not be installed: ${reason(error)}` };
  }
}

function installed(program: SecretTool, mend: string): ToolPath {
  const { status, stdout } = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
  return status === 0 ? { path: stdout.trim() } : { missing: `no ${program} on PATH: ${mend}` };
}

/**
 * Gets the programs: from Go modules and from PyPI on first use, the others as the system has them.
 *
 * @param log told in one line each what is made.
 */
export async function secretTools(log: (line: string) => void): Promise<SecretTools> {
  const built: [SecretTool, ToolPath][] = [];
  for (const module of modules) built.push(...(await fromGo(module, log)));
  return {
    ...(Object.fromEntries(built) as Record<"sops" | "kubeseal", ToolPath>),
    "ansible-vault": await ansibleVault(log),
    "age-keygen": installed("age-keygen", "apt-get install age"),
    gpg: installed("gpg", "apt-get install gnupg"),
    "ssh-keygen": installed("ssh-keygen", "apt-get install openssh-client"),
    kubectl: installed("kubectl", "https://kubernetes.io/docs/tasks/tools/"),
  };
}

/** The versions, for reports. */
export const secretToolVersions = [
  ...modules.map(({ programs, version }) => `${programs.join()} ${version}`),
  `ansible-core ${ansible.version}`,
].join(", ");
