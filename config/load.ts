import * as pulumi from "@pulumi/pulumi";
import { isConfigSecret } from "@pulumi/pulumi/runtime/config";
import { parseConfig } from "./parse";
import { passphraseProblems } from "./passphraseProblems";
import { kubeconfigFileProblems, localFileProblems } from "./localFiles";
import { nearest, type Problem, problemLine } from "./problems";
import type { Config } from "./schema";
import type { SecretRow } from "./secretRow";
import { type SecretName, secretNames, secretRows, setSecretCommand } from "./secrets";
import { readValue } from "./values";

declare module "@pulumi/pulumi/runtime/config" {
  /** Whether a full key (`project:name`) is encrypted; left out of the SDK's published types. */
  export function isConfigSecret(key: string): boolean;
}

/** The secrets of a stack; those it was not given are `undefined`. Values are secret outputs. */
export type Secrets = Readonly<Record<SecretName, pulumi.Output<string> | undefined>>;

/** Everything a stack was told. */
export interface Settings {
  /** The stack's name, for messages and names of outputs only: nothing is decided by it. */
  readonly stack: string;
  readonly config: Config;
  readonly secrets: Secrets;
}

function readValues(prefix: string): { values: Record<string, unknown>; problems: Problem[] } {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  const secrets = new Set<string>(secretNames);
  for (const [fullKey, text] of Object.entries(pulumi.runtime.allConfig())) {
    if (!fullKey.startsWith(prefix)) continue;
    const key = fullKey.slice(prefix.length);
    if (secrets.has(key)) continue;
    if (isConfigSecret(fullKey)) {
      problems.push({
        path: key,
        message: `is encrypted, but decides what is made and would be printed: remove the \`secure:\` value inside it, or name it as a secret is called${nearest(key, secretNames)}`,
      });
    } else {
      values[key] = readValue(text);
    }
  }
  return { values, problems };
}

function secretProblems(prefix: string, stack: string, config: Config | undefined): Problem[] {
  const given = pulumi.runtime.allConfig();
  return secretNames.flatMap((name) => {
    const command = setSecretCommand(stack, name);
    if (given[prefix + name] === undefined) {
      return config !== undefined && secretRows[name].required(config)
        ? [{ path: name, message: `is missing: ${command}` }]
        : [];
    }
    if (!isConfigSecret(prefix + name)) {
      return [{ path: name, message: `is in clear text: change the value, then ${command}` }];
    }
    if ((given[prefix + name] ?? "").trim() === "") {
      return [{ path: name, message: `is empty: ${command}` }];
    }
    const row: SecretRow = secretRows[name];
    const mistakes = config === undefined ? [] : row.mistakes?.(given[prefix + name] ?? "", config);
    return (mistakes ?? []).map((what) => ({ path: name, message: `${what}: ${command}` }));
  });
}

/** A kubeconfig in the encrypted config is used, whatever file is named beside it. */
function fileOfCluster(prefix: string, config: Config | undefined): Problem[] {
  const isGiven = pulumi.runtime.allConfig()[`${prefix}kubeconfig`] !== undefined;
  return config === undefined || isGiven ? [] : kubeconfigFileProblems(config);
}

/** Problems with the stack's name in their commands, so that these can be copied. */
function linesOf(problems: readonly Problem[], stack: string): string {
  return problems.map(problemLine).join("\n").replaceAll("<stack>", stack);
}

/**
 * Reads and validates the stack's configuration.
 *
 * @throws pulumi.RunError with one line per mistake, before any resource exists.
 */
export function loadSettings(): Settings {
  const prefix = `${pulumi.getProject()}:`;
  const stack = pulumi.getStack();
  const { values, problems: encrypted } = readValues(prefix);
  const parsed = parseConfig(values);
  const passphrase = passphraseProblems(stack);
  const mustBeKept = parsed.draft?.secrets.requirePassphrase ?? false;
  const problems = [
    ...encrypted,
    ...parsed.problems,
    ...(parsed.draft === undefined ? [] : localFileProblems(parsed.draft)),
    ...fileOfCluster(prefix, parsed.draft),
    ...secretProblems(prefix, stack, parsed.draft),
    ...(mustBeKept ? passphrase : []),
  ];
  for (const warning of [...parsed.warnings, ...(mustBeKept ? [] : passphrase)]) {
    void pulumi.log.warn(linesOf([warning], stack));
  }
  if (parsed.config === undefined || problems.length > 0) {
    throw new pulumi.RunError(
      [
        `Pulumi.${stack}.yaml: ${String(problems.length)} to mend; nothing was touched`,
        linesOf(problems, stack),
      ].join("\n"),
    );
  }
  const config = new pulumi.Config();
  const secrets = Object.fromEntries(
    secretNames.map((name) => [name, config.getSecret(name)]),
  ) as Secrets;
  return { stack, config: parsed.config, secrets };
}
