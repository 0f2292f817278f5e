import type { Config } from "../../../config/schema";
import { type SecretName, secretNames, secretRows } from "../../../config/secrets";
import type { Assignment, Target } from "./assignment";
import { elsewhere, type Spellings, spellings } from "./knownNames";
import { namesOfPath, plainNames } from "./names";
import { byDockerForm, byReceiverName, ofReceiver, ofRegistry } from "./partLookup";

type How = "name" | "generic" | "at the top";

function addAll(
  table: Map<string, { name: SecretName; how: How }>,
  name: SecretName,
  { names, generic = [], atTheTop = [] }: Spellings,
): void {
  const add = (list: readonly string[], how: How): void => {
    for (const spelled of plainNames(list)) table.set(spelled, { name, how });
  };
  add([name, ...names], "name");
  add(generic, "generic");
  add(atTheTop, "at the top");
}

const known = new Map<string, { name: SecretName; how: How }>();
for (const name of secretNames) addAll(known, name, spellings[name] ?? { names: [] });

const notConfig = new Map(
  elsewhere.flatMap((row) => plainNames(row.names).map((name) => [name, row] as const)),
);

const noUse = (name: SecretName): string =>
  `could be ${name}, which this stack has no use for: say so by --map if it is`;

/** A value by the usual names of secrets. */
export function lookup(path: readonly string[], config: Config): Assignment {
  let why = "no known name";
  const form = byReceiverName(path, config) ?? byDockerForm(path, config);
  if (form !== undefined) return form;
  for (const { name: spelled, atTheTop } of namesOfPath(path)) {
    const other = notConfig.get(spelled);
    if (other !== undefined) return { kind: other.mayGo ? "ignored" : "unmapped", why: other.why };
    const part = ofReceiver(spelled, config) ?? ofRegistry(spelled, config);
    if (part !== undefined) return part;
    const found = known.get(spelled);
    if (found === undefined) continue;
    if (found.how === "at the top" && !atTheTop) {
      why = `could be ${found.name}: say so by --map if it is`;
      continue;
    }
    const used = secretRows[found.name].used(config);
    if (!used && found.how !== "name") return { kind: "unmapped", why: noUse(found.name) };
    const target: Target = { name: found.name, part: [] };
    return {
      kind: "target",
      target,
      ...(used ? {} : { note: "nothing of this stack uses it yet" }),
    };
  }
  return { kind: "unmapped", why };
}
