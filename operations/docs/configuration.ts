import { configSchema } from "../../config/schema";
import { secretNames, secretRows, setSecretCommand } from "../../config/secrets";
import { table } from "./markdownTable";
import { type ConfigRow, configSections } from "./rows";

function defaultText({ required, default: value }: ConfigRow): string {
  if (value !== undefined) return `\`${value}\``;
  return required ? "**required**" : "–";
}

function sectionText(): string {
  return configSections(configSchema)
    .map(({ key, rows }) =>
      [
        `## \`bramble:${key.path}\``,
        "",
        key.description,
        "",
        table(
          ["Key", "Type", "Default", "Meaning"],
          rows.map((row) => [`\`${row.path}\``, row.type, defaultText(row), row.description]),
        ),
      ].join("\n"),
    )
    .join("\n\n");
}

function secretText(): string {
  return table(
    ["Secret", "Meaning", "Set it with", "Value"],
    secretNames.map((name) => {
      const { description, source } = secretRows[name];
      return [
        `\`${name}\``,
        description,
        `\`${setSecretCommand("<stack>", name)}\``,
        source.startsWith("<") ? "the file that the command reads" : source,
      ];
    }),
  );
}

/** The text of `docs/configuration.md`. */
export function configurationPage(): string {
  return `# Configuration

Written by \`npm run docs\` from \`config/schema.ts\` and \`config/secrets.ts\`; do not edit it by hand.

Everything a stack is told stands in \`Pulumi.<stack>.yaml\` under \`config:\`. Unknown keys are refused with the
nearest known one, and every mistake is told at once, before anything is touched.
\`npm run plan -- <stack>\` checks a file without a host, a cluster or a secret.

${sectionText()}

## Secrets

Values live only in the stack's encrypted config. A command without a file asks for the value, so that it
stays out of your shell's history. A secret in clear text is refused. [The inventory](secrets.md) tells who uses each and
how it is replaced.

${secretText()}
`;
}
