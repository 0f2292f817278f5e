import type { Exemption } from "../../policy/exemption";
import { exemptions } from "../../policy/exemptions";
import { ruleEntries } from "../../policy/rules";

/** Text inside a table's cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.map(cell).join(" | ")} |`)
    .join("\n");
}

function ruleTable(): string {
  return table(
    ["Rule", "What has to be", "Why", "Mend", "Level", "Charts"],
    ruleEntries.map(([id, { title, reason, mend, level = "mandatory", charts, wanted }]) => [
      `\`${id}\``,
      title,
      reason,
      mend,
      wanted === undefined ? level : `${level}, where configured`,
      charts ? "yes" : "–",
    ]),
  );
}

function exemptionTable(rows: readonly Exemption[]): string {
  return table(
    ["Rule", "Of what", "Just for", "Reason", "Owner", "Until"],
    rows.map(({ rule, subjects, found, reason, owner, expires }) => [
      `\`${rule}\``,
      subjects.map((subject) => `\`${subject}\``).join(", "),
      found === undefined ? "–" : found.join("; "),
      reason,
      owner,
      expires,
    ]),
  );
}

/** The text of docs/policy.md. */
export function policyPage(): string {
  const own = exemptions.filter(({ chart }) => chart === undefined);
  const charts = exemptions.filter(({ chart }) => chart !== undefined);
  return `<!-- Written by \`npm run docs\` from policy/. -->

# Policy

${String(ruleEntries.length)} rules that everything Bramble makes is held to: what it asks the engine for, the manifests it puts on
hosts, and what its charts render. They are pure functions over plain data in \`policy/rules/\`, the same ones everywhere.

| where | what is looked at | what happens |
| --- | --- | --- |
| \`npm test\` | the plans of all stacks, of every valid configuration among the fixtures, and the files for Argo CD | a violation fails; the last line counts rules, resources, violations and exemptions |
| \`npm run policy -- <stack>\` | the plan of one stack, with no CLI and no cluster | prints what breaks a rule, why the rule is there, what to do; \`--format json\` for programs |
| \`pulumi preview --policy-pack policy\` | each resource before it is made, and the stack as a whole | a broken mandatory rule stops the run |
| \`npm run charts -- <stack> verify\` | what the charts render with the stack's values | a violation is a problem of the chart |

To have every \`up\` of yours held to it, give \`--policy-pack policy\` each time. The pack reads the stack's own configuration
from the engine and takes its packages from the project: there is nothing to install in \`policy/\`.

## Levels

\`policy.level\` is \`mandatory\` unless a stack says otherwise; \`advisory\` tells and goes on, \`disabled\` does not look.
\`policy.rules\` sets single rules:

\`\`\`yaml
bramble:policy:
  level: mandatory
  rules: { default-deny: advisory }
\`\`\`

\`image-digest\` is asked only with \`policy.imageDigests: true\`. Images of the catalogue have a tag that their publisher never
moves. A digest is in a row once it was read from the registry, and a stack can ask for digests once all its images have one.

## Rules

A rule marked yes under Charts judges what charts render too.

${ruleTable()}

What they cannot see: values that exist only after a run, what an operator makes inside the cluster beside Prometheus and
Alertmanager, and secrets that look like anything else. A secret is known by the engine's mark, by the name it goes by, or by
its form (private keys, passwords in URLs, tokens of large services).

## Exemptions

What cannot be mended is exempt by a row in \`policy/exemptions.ts\` or \`policy/chartExemptions.ts\`: a rule, the objects by
namespace, kind and name, a reason, the role that answers for it, and the day after which it has to be looked at again.
\`{media}\` is the media stack's namespace. \`npm test\` fails when a row has expired or reaches more than 400 days ahead, names
a pattern or more than twelve objects, or covers nothing in any plan; \`charts verify\` fails when a chart no longer needs one.

### Objects of the program

${exemptionTable(own)}

### Objects of charts

${exemptionTable(charts)}

## Adding a rule

1. Its name in \`catalogue/policyRules.ts\`, so that configurations can name it.
2. The rule in a file of \`policy/rules/\`, and its row in \`policy/rules.ts\`: the compiler asks for it.
3. Examples in \`test/policy/examples/\` and a mutation of production's plan in \`test/policy/mutations.test.ts\`: it has to fire,
   and no other rule with it. Tests fail for a rule without either, and for one that has no subject in the plans.
4. \`npm run docs\`.
`;
}
