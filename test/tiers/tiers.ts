import { spawnSync } from "node:child_process";
import { alertToolsTrouble, alertToolVersions, buildAlertTools } from "../../lab/alertTools";
import { requirements, rootFileSystem } from "../../lab/hosts";
import { chosenK3s } from "../../lab/k3s";
import { secretTools, secretToolVersions } from "../../lab/secretTools";
import { buildStandin, standinRequirements } from "../../lab/standin";

/** A deeper tier of tests: what it needs, what it runs on, and what it leaves when it is stopped. */
export interface Tier {
  /** Why it cannot run here, in one line with the mend; undefined when it can. */
  readonly trouble: () => string | undefined;
  /** Builds what must be there, once; `log` is told how far it is. Returns what the tier runs on. */
  readonly prepare: (log: (line: string) => void) => Promise<string>;
  /** Labs that its tests bring up. */
  readonly labs: readonly string[];
}

async function labParts(log: (line: string) => void): Promise<string> {
  const slow = setTimeout(() => {
    log("root file system of the lab hosts: making it, once");
  }, 2000);
  await rootFileSystem();
  clearTimeout(slow);
  const { version } = await buildStandin(log);
  return `lab hosts over SSH, k3s: stand-in ${version}`;
}

async function k3sParts(log: (line: string) => void): Promise<string> {
  const parts = await labParts(log);
  const { real, version } = await chosenK3s(log);
  return `${parts}${real ? `, in most labs the real ${version}` : ""}`;
}

const labTrouble = (): string | undefined => requirements() ?? standinRequirements();

function pulumiVersion(): string | undefined {
  const { error, status, stdout } = spawnSync("pulumi", ["version"], { encoding: "utf8" });
  return error === undefined && status === 0 ? stdout.trim() : undefined;
}

/** Every deeper tier by name; its tests are in the folder of that name. */
export const tiers: Readonly<Record<string, Tier>> = {
  hosts: {
    trouble: labTrouble,
    prepare: async (log) => `five ${await k3sParts(log)}`,
    labs: ["bramble-test"],
  },
  care: {
    trouble: labTrouble,
    prepare: k3sParts,
    labs: ["bramble-gate", "bramble-power", "bramble-vault", "bramble-clinic", "bramble-astray"],
  },
  cluster: {
    trouble: labTrouble,
    prepare: labParts,
    labs: ["bramble-cluster"],
  },
  engine: {
    trouble: () =>
      labTrouble() ??
      (pulumiVersion() === undefined
        ? "no pulumi CLI on PATH: https://www.pulumi.com/docs/install/"
        : undefined),
    prepare: async (log) =>
      `pulumi ${pulumiVersion() ?? ""} with a temporary state, ${await labParts(log)}`,
    labs: ["bramble-engine-tier"],
  },
  alerts: {
    trouble: alertToolsTrouble,
    prepare: async (log) => {
      await buildAlertTools(log);
      return alertToolVersions;
    },
    labs: [],
  },
  import: {
    trouble: () => undefined,
    prepare: async (log) => {
      const tools = Object.values(await secretTools(log));
      for (const tool of tools) if ("missing" in tool) log(`skipped: ${tool.missing}`);
      return secretToolVersions;
    },
    labs: [],
  },
};
