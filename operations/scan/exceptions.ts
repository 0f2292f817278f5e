/** A finding that is none. */
export interface ScanException {
  /** A file, or a folder with `/` at its end, relative to the project. */
  readonly path: string;
  /** Id of the rule. */
  readonly rule: string;
  /** Why nobody is harmed. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** Day from which on it holds no more, such as `2027-11-30`. */
  readonly expires: string;
}

/** Several exceptions of one reason. */
function rows(
  paths: readonly string[],
  rules: readonly string[],
  shared: Pick<ScanException, "reason" | "owner" | "expires">,
): ScanException[] {
  return paths.flatMap((path) => rules.map((rule) => ({ path, rule, ...shared })));
}

/** What the scan passes over. A row that nothing needs, or that has expired, fails the scan. */
export const scanExceptions: readonly ScanException[] = [
  ...rows(
    [
      "test/config/invalid/delivery-repository-with-password.yaml",
      "test/config/invalid/registry-password-in-url.yaml",
      "test/config/invalid/secret-in-clear.yaml",
    ],
    ["basicauth"],
    {
      reason: "shows a mistake that the schema refuses; the log-in opens nothing",
      owner: "maintainers",
      expires: "2027-11-30",
    },
  ),
  ...rows(
    [
      "test/operations/pulumiCli.test.ts",
      "test/operations/secrets/check/check.test.ts",
      "test/tiers/engine/leaks.ts",
    ],
    ["pulumi-passphrase"],
    {
      reason: "a passphrase that is to be refused: no stack has it",
      owner: "maintainers",
      expires: "2027-11-30",
    },
  ),
  ...rows(["test/policy/examples/objects.ts"], ["basicauth"], {
    reason: "shows a mistake that the policy finds; the log-in opens nothing",
    owner: "maintainers",
    expires: "2027-11-30",
  }),
  ...rows(["test/policy/mutations.test.ts"], ["database-connection-string"], {
    reason: "shows a mistake that the policy finds; there is no such database",
    owner: "maintainers",
    expires: "2027-11-30",
  }),
  ...rows(
    ["test/operations/secrets/formats/fixtures/"],
    ["age-key", "private-key", "encoded-private-key", "vault-password-file", "secret-manifest"],
    {
      reason: "keys made for these tests, and files that they open; they open nothing else",
      owner: "maintainers",
      expires: "2027-11-30",
    },
  ),
];

/** Whether an exception speaks of a finding. */
export function speaksOf(
  exception: ScanException,
  { path, rule }: { readonly path: string; readonly rule: string },
): boolean {
  const isThere = exception.path.endsWith("/")
    ? path.startsWith(exception.path)
    : path === exception.path;
  return isThere && exception.rule === rule;
}
