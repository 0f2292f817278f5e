import { parseJsonQuietly } from "../../config/parseQuietly";
import { type SecretName, secretNames } from "../../config/secrets";
import { pulumiCli } from "../pulumiCli";
import { projectName } from "../stackFile";

/** A stack's encrypted config. */
export interface SecretStore {
  /** The value; undefined where there is none. */
  readonly get: (name: SecretName) => Promise<string | undefined>;
  readonly set: (name: SecretName, value: string) => Promise<void>;
}

/** A stack's encrypted config, which can also be opened as a whole. */
export interface ConfigStore extends SecretStore {
  /** Every encrypted value, each time read anew. One in clear text is none. */
  readonly all: () => Promise<ReadonlyMap<SecretName, string>>;
  /** Values of secrets that stand in the stack's file in clear text. */
  readonly inClear: () => Promise<ReadonlyMap<SecretName, string>>;
}

/** What the CLI prints of one key of the config. */
interface ShownValue {
  readonly value?: string;
  readonly secret?: boolean;
}

/** Values of secrets in what the CLI printed: those that it marks as secret, or the others. */
function valuesIn(text: string, secret: boolean): ReadonlyMap<SecretName, string> {
  const shown = new Map(
    Object.entries(
      parseJsonQuietly(text, "what pulumi config printed") as Record<string, ShownValue>,
    ),
  );
  return new Map(
    secretNames.flatMap((name) => {
      const { value, secret: isSecret = false } = shown.get(`${projectName}:${name}`) ?? {};
      return value === undefined || isSecret !== secret ? [] : [[name, value] as const];
    }),
  );
}

/**
 * The encrypted config of a stack, by the CLI.
 *
 * @param directory folder of the stack's file.
 * @param environment variables beside the operator's own, such as another passphrase.
 * @param cli what runs it.
 * @see https://www.pulumi.com/docs/iac/cli/commands/pulumi_config_set/
 */
export function configStore(
  stack: string,
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  cli: typeof pulumiCli = pulumiCli,
): ConfigStore {
  const run = (args: readonly string[], input?: string): Promise<string> =>
    cli(["config", ...args, "--stack", stack], directory, environment, input);
  return {
    get: async (name) => {
      const known = await run(["--json"]);
      const keys = Object.keys(parseJsonQuietly(known, "what pulumi config printed") as object);
      if (!keys.includes(`${projectName}:${name}`)) return undefined;
      const value = await run(["get", name]);
      return value.replace(/\n$/, "");
    },
    // On standard input, so that it is in no process list.
    set: async (name, value) => {
      await run(["set", "--secret", name], value);
    },
    all: async () => valuesIn(await run(["--show-secrets", "--json"]), true),
    inClear: async () => valuesIn(await run(["--json"]), false),
  };
}
