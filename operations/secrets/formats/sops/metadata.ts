import { FileTrouble } from "../source";
import { type Branch, child, childItems, childText, type Node } from "../tree";

/** A key that a data key is encrypted with. */
export interface SopsRecipient {
  /** `age`, `pgp`, `kms`, `gcp_kms`, `azure_kv`, `hc_vault`, ... */
  readonly kind: string;
  /** Whose key it is, by its public half or its name. */
  readonly name: string;
  /** The encrypted data key. */
  readonly enc: string;
}

/** Which values are encrypted; at most one is set. */
export type SopsRule =
  | "unencrypted_suffix"
  | "encrypted_suffix"
  | "unencrypted_regex"
  | "encrypted_regex"
  | "unencrypted_comment_regex"
  | "encrypted_comment_regex";

const rules: readonly SopsRule[] = [
  "unencrypted_suffix",
  "encrypted_suffix",
  "unencrypted_regex",
  "encrypted_regex",
  "unencrypted_comment_regex",
  "encrypted_comment_regex",
];

/** What SOPS keeps beside the values. */
export interface SopsMetadata {
  readonly recipients: readonly SopsRecipient[];
  /** Whether several groups of keys are needed at once. */
  readonly split: boolean;
  readonly mac: string;
  readonly macOnlyEncrypted: boolean;
  readonly lastModified: string;
  readonly rule: readonly [SopsRule, string];
}

/** Kinds of keys, and the field that names one. */
const recipientKinds: Readonly<Record<string, string>> = {
  age: "recipient",
  pgp: "fp",
  kms: "arn",
  gcp_kms: "resource_id",
  azure_kv: "vault_url",
  hc_vault: "vault_address",
  hckms: "key_id",
};

function recipientsOf(node: Node): SopsRecipient[] {
  return Object.entries(recipientKinds).flatMap(([kind, field]) =>
    childItems(node, kind).map((item) => ({
      ...{ kind, name: childText(item, field) ?? "", enc: childText(item, "enc") ?? "" },
    })),
  );
}

/** Reads the metadata of a tree's `sops` key. */
export function metadataOf(file: string, node: Node): SopsMetadata {
  const text = (key: string): string => childText(node, key) ?? "";
  const groups = childItems(node, "key_groups");
  const single = recipientsOf(node);
  const [only] = groups;
  const set = rules.filter((rule) => text(rule) !== "");
  if (set.length > 1) throw new FileTrouble(file, `SOPS: has both ${set.join(" and ")}`);
  const [rule] = set;
  const macOnly = text("mac_only_encrypted").toLowerCase();
  return {
    recipients: single.length > 0 || only === undefined ? single : recipientsOf(only),
    split: single.length === 0 && groups.length > 1,
    mac: text("mac"),
    macOnlyEncrypted: macOnly === "true" || macOnly === "1",
    // Go writes a time in UTC with a Z, however it was written before.
    lastModified: text("lastmodified").replace(/[+-]00:00$/, "Z"),
    rule: rule === undefined ? ["unencrypted_suffix", "_unencrypted"] : [rule, text(rule)],
  };
}

/** Whether a `sops` key is SOPS' own, not a user's value of that name. */
export function isMetadata(node: Node | undefined): boolean {
  return child(node, "mac") !== undefined && child(node, "lastmodified") !== undefined;
}

type Step = { readonly key: string } | { readonly index: number };

function stepsOf(name: string): Step[] {
  const [first = "", ...rest] = name.split(/(?=__map_|__list_)/);
  return [
    { key: first },
    ...rest.map((part) =>
      part.startsWith("__map_") ? { key: part.slice(6) } : { index: Number(part.slice(7)) },
    ),
  ];
}

function nest(entries: readonly (readonly [steps: readonly Step[], node: Node])[]): Node {
  const [first] = entries;
  if (first?.[0].length === 0) return first[1];
  const groups = new Map<string, (readonly [readonly Step[], Node])[]>();
  for (const [[step, ...rest], node] of entries) {
    const name = step === undefined ? "" : "key" in step ? step.key : String(step.index);
    groups.set(name, [...(groups.get(name) ?? []), [rest, node]]);
  }
  const nested = [...groups].map(([name, group]) => [name, nest(group)] as const);
  const [step] = first?.[0] ?? [];
  return step !== undefined && "index" in step
    ? { kind: "list", items: nested.map(([, node]) => node) }
    : { kind: "map", entries: nested };
}

/** Metadata of formats that know no depth: `age__list_0__map_enc` and the like. */
export function unflattened(entries: Branch["entries"]): Node {
  const steps = entries.map(([name, node]) => {
    const text: Node =
      node.kind === "value" ? { ...node, text: node.text.replaceAll("\\n", "\n") } : node;
    return [stepsOf(name), text] as const;
  });
  return steps.length === 0 ? { kind: "map", entries: [] } : nest(steps);
}
