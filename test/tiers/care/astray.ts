import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { choose } from "../../../lab/choices";
import { stackFolder } from "../../../lab/folders";
import { down, inside, sshCommand, sshKeyPath, up } from "../../../lab/hosts";
import { chosenK3s, prepareForRealK3s } from "../../../lab/k3s";
import { keepChoices } from "../../../lab/request";
import { labConfig, labStack } from "../../../lab/settings";
import { writeLabStack } from "../../../lab/stack";
import { projectDirectory } from "../../../operations/stackFile";
import { finish, type Finished } from "../support/finish";

/** A lab of its own, whose hosts are led astray. */
export const lab = "bramble-astray";

/** A server and an agent. */
export const names = ["bramble-1", "bramble-2"] as const;

/** Commands that need an engine get the lab's. */
const environment = {
  BRAMBLE_ENGINE: join(projectDirectory, "lab", "engine", "engine.sh"),
  BRAMBLE_LAB: lab,
};

const specs = names.map((name, index) => ({ name, address: `10.77.0.${String(index + 31)}` }));

/** Runs a script as root on a host and returns what it printed. */
export async function asRoot(name: string, script: string): Promise<string> {
  const argv = sshCommand(lab, name, "sudo -n bash -s");
  const { code, stdout, stderr } = await finish(argv, `set -eu\n${script}\n`);
  if (code !== 0) throw new Error(`${name}: code ${String(code)}\n${script}\n${stdout}${stderr}`);
  return stdout;
}

/** Brings both hosts up blank, and the program's cluster on them. */
export async function labUp(): Promise<void> {
  await down(lab);
  const hosts = await up(lab, specs);
  const k3s = await chosenK3s(() => undefined);
  if (k3s.real) await prepareForRealK3s(lab, names, k3s, () => undefined, [names[1]]);
  keepChoices(lab, await choose({ engine: "in-process", k3s: "stand-in", mirror: undefined }));
  const settings = { hosts, k3s, awaitReady: false, withoutCharts: true };
  const { config, secretKeys } = labConfig(settings, sshKeyPath(lab));
  const rows = hosts.map((host, index) =>
    index === 0
      ? { ...host, role: "server" }
      : { ...host, role: "agent", labels: { zone: "attic" } },
  );
  const media = { storage: { mediaClass: "local-path", configClass: "local-path" } };
  writeLabStack(lab, {
    secretKeys,
    config: {
      ...config,
      "bramble:hosts": JSON.stringify(rows),
      "bramble:media": JSON.stringify({ ...media, awaitReady: false }),
    },
  });
  mkdirSync(stackFolder(lab), { recursive: true });
  const { code, stdout, stderr } = await finish(
    inside(lab, [environment.BRAMBLE_ENGINE, "up"]),
    "",
    environment,
  );
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
}

/** Ends the lab. */
export function labDown(): Promise<void> {
  return down(lab);
}

/** Runs the command `drift` as a person would. */
export function drift(...words: readonly string[]): Promise<Finished> {
  const program = join(projectDirectory, "operations", "drift", "main.ts");
  const access = ["--identity", sshKeyPath(lab), "--directory", stackFolder(lab)];
  const command = [process.execPath, "--import", "tsx", program, labStack, ...words, ...access];
  return finish(inside(lab, command), "", environment);
}

/** The looks that were kept. */
export function keptLooks(): string[] {
  const file = join(stackFolder(lab), "docs", "governance", labStack, "drift.jsonl");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}
