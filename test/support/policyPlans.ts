import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseConfig } from "../../config/parse";
import { receiverSecretKeys } from "../../config/receivers";
import type { Config } from "../../config/schema";
import { secretNames } from "../../config/secrets";
import { gitObjects } from "../../operations/gitops/objects";
import type { Registration } from "../../operations/inprocess/run";
import { stackRegistrations } from "../../operations/plan/plan";
import { generatedStandIns } from "../../operations/policy/standIns";
import { readStackConfig } from "../../operations/stackFile";
import { type Resource, resourceOf } from "../../policy/resource";
import { hostRow, kubeconfig, plausibleOutputs, runProgram } from "./program";

/** Resources that the policy is held against, and the configuration they come from. */
export interface PolicyPlan {
  readonly name: string;
  readonly config: Config;
  readonly resources: readonly Resource[];
}

/** The same of a stack, as it was planned. */
export interface StackPlan extends PolicyPlan {
  readonly resources: readonly Registration[];
}

/** The plan of a stack of this repository. */
export async function stackPlan(name: string): Promise<StackPlan> {
  const resources = await stackRegistrations(name, undefined, generatedStandIns);
  return { name, config: readStackConfig(name), resources };
}

/** What stands in Git where Argo CD delivers a stack. */
export function deliveredPlan({ name, config, resources: planned }: StackPlan): PolicyPlan {
  const objects = gitObjects(planned, config.media.namespace);
  const resources = objects.map((object) => resourceOf(object, { urn: `git:${name}` }));
  return { name: `${name} as Argo CD delivers it`, config, resources };
}

const folder = join(__dirname, "..", "config", "valid");

type Sections = Readonly<Record<string, unknown>>;

/** Without files that are on no other machine, and with hosts that are trusted. */
function elsewhere(sections: Sections): Sections {
  const { k3s, hosts } = sections as { k3s?: Sections; hosts?: readonly Sections[] };
  const { airGapDirectory: _directory, registries, ...rest } = k3s ?? {};
  const { configs = {} } = (registries ?? {}) as { configs?: Record<string, Sections> };
  const withoutFiles = Object.entries(configs).map(
    ([name, { tls: _tls, ...row }]) => [name, row] as const,
  );
  const { hostKey } = hostRow(1, "server") as { hostKey: string };
  return {
    ...sections,
    k3s: {
      ...rest,
      ...(registries !== undefined && {
        registries: { ...(registries as Sections), configs: Object.fromEntries(withoutFiles) },
      }),
    },
    ...(hosts !== undefined && { hosts: hosts.map((host) => ({ hostKey, ...host })) }),
  };
}

/** Every secret a stack may be given, in the form it has to have. */
function secretsOf({ cluster, k3s, platform }: Config): Record<string, string> {
  const logins = Object.keys(k3s.registries.configs).map((name) => [
    name,
    { username: "me", password: "canary" },
  ]);
  const receivers = platform.monitoring.receivers.map((row) => [
    row.name,
    Object.fromEntries(
      receiverSecretKeys(row).map((key) => [key, key === "url" ? "https://hook.lan/" : "canary"]),
    ),
  ]);
  return {
    ...Object.fromEntries(secretNames.map((name) => [name, "canary"])),
    kubeconfig: kubeconfig("canary").replaceAll(
      '"default"',
      JSON.stringify(cluster.context ?? "default"),
    ),
    deployerKubeconfig: kubeconfig("canary"),
    registryCredentials: JSON.stringify(Object.fromEntries(logins)),
    alertReceivers: JSON.stringify(Object.fromEntries(receivers)),
    heartbeatUrl: "https://check.lan/canary",
  };
}

/** The plan of each valid configuration among the fixtures, with every secret known. */
export async function fixturePlans(): Promise<readonly PolicyPlan[]> {
  const plans: PolicyPlan[] = [];
  for (const name of readdirSync(folder)) {
    const sections = elsewhere(parse(readFileSync(join(folder, name), "utf8")) as Sections);
    const { draft, problems } = parseConfig(sections);
    if (draft === undefined) throw new Error(`${name}: ${problems.map(({ path }) => path).join()}`);
    const options = { secrets: secretsOf(draft), outputs: plausibleOutputs };
    const { registrations } = await runProgram(sections, options);
    plans.push({ name, config: draft, resources: registrations });
  }
  return plans;
}
