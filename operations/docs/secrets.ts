import { inventory, inventoryNames, type InventoryName } from "../../config/inventory";
import type { InventoryRow } from "../../config/secretRow";
import { stateOf } from "../secrets/list/list";
import { readStackConfig } from "../stackFile";
import { table } from "./markdownTable";

/** How a value is replaced, and how often. */
function rotationText({ rotation, rotationDays }: InventoryRow): string {
  const every = rotationDays === undefined ? "" : `every ${String(rotationDays)} days`;
  switch (rotation.by) {
    case "value":
      return `${every}, by a value of yours`;
    case "date":
      return `${every}, made anew`;
    case "counter":
      return `${every}, by \`${rotation.path}\``;
    case "never":
      return `never: ${rotation.why}`;
  }
}

/** What a stack that gives nothing yet would say of a secret. */
const words = {
  missing: "**required**",
  generated: "generated",
  optional: "optional",
  "not used": "–",
} as const;

function needOf(name: InventoryName, stack: string): string {
  const state = stateOf(name, readStackConfig(stack), { given: [], clear: [] });
  return state === "given" || state === "in clear" ? state : words[state];
}

/**
 * The text of `docs/secrets.md`.
 *
 * @param stacks names of the stacks whose files say what they need.
 */
export function secretsPage(stacks: readonly string[]): string {
  return `# Secrets

Written by \`npm run docs\` from \`config/secrets.ts\` and \`config/generatedSecrets.ts\`; do not edit it by hand.

Every secret there is. What is given lives in the stack's encrypted config and nowhere else, what is generated in its
encrypted state, or on the servers alone. How one is set: [configuration](configuration.md#secrets). How one is replaced:
[rotation](runbooks/secrets-rotation.md). \`npm run secrets -- <stack> list\` says what a stack has of them.

## What each is, and who uses it

${table(
  ["Secret", "Meaning", "Used by", "Replaced"],
  inventoryNames.map((name) => {
    const row = inventory[name];
    return [`\`${name}\``, row.description, row.consumers.join(", "), rotationText(row)];
  }),
)}

## Which stack needs it

By the files of this repository. _Optional_: may be given, or is made by its first use.

${table(
  ["Secret", ...stacks],
  inventoryNames.map((name) => [`\`${name}\``, ...stacks.map((stack) => needOf(name, stack))]),
)}
`;
}
