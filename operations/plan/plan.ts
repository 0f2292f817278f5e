import { loadSettings } from "../../config/load";
import { closedSecret } from "../../config/closedSecret";
import type { SecretName } from "../../config/secrets";
import { environment } from "../../stacks/environment";
import { compare } from "../compare";
import { type Made, type Registration, runInProcess } from "../inprocess/run";
import { withoutStackTraces } from "../inprocess/stackTraces";
import { projectDirectory, projectName, readStackFile } from "../stackFile";

/** One resource a stack would create. */
export interface PlannedResource {
  /** Identifies the resource; `parent`, `provider`, `dependsOn` and `deletedWith` are URNs too. */
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string | undefined;
  readonly provider: string | undefined;
  readonly dependsOn: readonly string[];
  readonly deletedWith: string | undefined;
  /** Secrets are masked, values of other resources read `[computed]`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly secretInputs: readonly string[];
}

/** What a stack would create, were nothing there. */
export interface Plan {
  readonly stack: string;
  readonly resources: readonly PlannedResource[];
}

/** Stand in for the secrets a stack needs, so that it can be planned without them. */
const placeholders: Partial<Record<SecretName, string>> = {
  sshPrivateKey: closedSecret,
  kubeconfig: closedSecret,
  deployerKubeconfig: closedSecret,
};

/** Of no key in the world; shows in a plan where a host has no pin yet. */
const placeholderHostKey = "ssh-ed25519 AAAAplaceholderplaceholderplaceholderplaceholder";

/** Gives hosts that are not trusted yet a placeholder, so that a plan needs no host. */
function withHostKeys(config: Record<string, string>): Record<string, string> {
  const key = `${projectName}:hosts`;
  const text = config[key];
  if (text === undefined) return config;
  const hosts: unknown = JSON.parse(text);
  if (!Array.isArray(hosts)) return config;
  const pinned = hosts.map((host: unknown) =>
    typeof host === "object" && host !== null ? { hostKey: placeholderHostKey, ...host } : host,
  );
  return { ...config, [key]: JSON.stringify(pinned) };
}

function planned(registration: Registration): PlannedResource {
  const { urn, type, name, parent, provider, dependsOn, deletedWith, shown, secretInputs } =
    registration;
  return { urn, type, name, parent, provider, dependsOn, deletedWith, inputs: shown, secretInputs };
}

/** The plan that a program's registrations amount to. */
export function planOf(stack: string, registrations: readonly Registration[]): Plan {
  const resources = registrations.map(planned).sort((left, right) => compare(left.urn, right.urn));
  return { stack, resources };
}

/**
 * What a stack's program asks the engine for: in this process, with no CLI, host, cluster or secret.
 *
 * @param directory folder of the stack's file. Default: the project's.
 * @param make outputs of resources that are to be known. Default: none are.
 * @param change what to plan instead of the file's configuration, keys with prefix. Default: as it is.
 * @throws pulumi.RunError with one line per mistake in the configuration.
 */
export async function stackRegistrations(
  stack: string,
  directory: string = projectDirectory,
  make: (registration: Registration) => Made = () => ({}),
  change: (config: Record<string, string>) => Record<string, string> = (config) => config,
): Promise<readonly Registration[]> {
  const { config, secretKeys } = readStackFile(stack, placeholders, directory);
  const { registrations } = await withoutStackTraces(() =>
    runInProcess(() => environment(loadSettings()), {
      stack,
      config: change(withHostKeys(config)),
      secretKeys,
      preview: true,
      make: (registration) => Promise.resolve(make(registration)),
    }),
  );
  return registrations;
}

/** What a stack would create, were nothing there; as {@link stackRegistrations}. */
export async function planStack(
  stack: string,
  directory: string = projectDirectory,
): Promise<Plan> {
  return planOf(stack, await stackRegistrations(stack, directory));
}
