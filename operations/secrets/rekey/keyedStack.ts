import { parseJsonQuietly } from "../../../config/parseQuietly";
import { pulumiCli } from "../../pulumiCli";
import { newPassphraseVariable } from "../keys/passphrase";

/** What opens a stack: its passphrase, or nothing where a service is asked. */
export interface Key {
  readonly passphrase: string | undefined;
}

/** Everything a stack holds, opened, by a name that may be shown. In memory only. */
export type Contents = ReadonlyMap<string, string>;

/** The CLI on one stack, with a key that may be another one each time. */
export interface KeyedStack {
  /** Opens the whole config and the whole state; rejects when the key does not. */
  readonly contents: (key: Key) => Promise<Contents>;
  /** The state with its secrets encrypted. */
  readonly lockedState: () => Promise<string>;
  /** Encrypts everything anew. */
  readonly change: (provider: string, from: Key, to: Key) => Promise<void>;
  /** Puts a state in the place of the present one. @param file its path. */
  readonly importState: (file: string, key: Key) => Promise<void>;
}

/** Variables that would have the CLI ask, or use another key than it is told. */
const unset = {
  PULUMI_CLOUD_SECRET_OVERRIDE: "",
  PULUMI_TEST_PASSPHRASE: "",
  [newPassphraseVariable]: "",
};

/** Variables with which the CLI uses a key. */
export function keyVariables({ passphrase }: Key): Record<string, string> {
  return {
    ...unset,
    ...(passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: passphrase }),
  };
}

interface State {
  readonly deployment?: {
    readonly resources?: readonly { readonly urn: string }[];
    readonly pending_operations?: unknown;
  };
}

function contentsOf(config: string, state: string): Contents {
  const { deployment = {} } = parseJsonQuietly(state, "what pulumi stack export printed") as State;
  const values = Object.entries(
    parseJsonQuietly(config, "what pulumi config printed") as Record<string, unknown>,
  );
  const { resources = [], pending_operations: pending = [] } = deployment;
  return new Map([
    ...values.map(([key, value]) => [`config ${key}`, JSON.stringify(value)] as const),
    // One that is being replaced is there twice under its URN.
    ...resources.map(
      (resource, index) =>
        [`state ${String(index)} ${resource.urn}`, JSON.stringify(resource)] as const,
    ),
    ["state, pending operations", JSON.stringify(pending)],
  ]);
}

/**
 * A stack by the real CLI.
 *
 * A passphrase reaches it by its environment, which nobody but its user can read, and a new one, in
 * the place of an old one, by its standard input: without a terminal it takes that for the answer.
 *
 * @param directory folder of the stack's file.
 * @param cli what runs it.
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/secrets/passphrase/manager.go promptForNewPassphrase
 */
export function keyedStack(
  stack: string,
  directory: string,
  cli: typeof pulumiCli = pulumiCli,
): KeyedStack {
  const options = ["--stack", stack];
  const run = (args: readonly string[], key: Key, input?: string): Promise<string> =>
    cli([...args, ...options], directory, keyVariables(key), input);
  return {
    contents: async (key) =>
      contentsOf(
        await run(["config", "--show-secrets", "--json"], key),
        await run(["stack", "export", "--show-secrets"], key),
      ),
    lockedState: () => run(["stack", "export"], { passphrase: undefined }),
    change: async (provider, from, to) => {
      const fromPassphrase = from.passphrase !== undefined;
      const key = fromPassphrase ? from : to;
      const input =
        fromPassphrase && to.passphrase !== undefined ? `${to.passphrase}\n` : undefined;
      await run(["stack", "change-secrets-provider", provider], key, input);
    },
    importState: async (file, key) => {
      await run(["stack", "import", "--file", file], key);
    },
  };
}
