import {
  type InventoryName,
  inventory,
  isInventoryName,
  secretNameHint,
} from "../../../config/inventory";
import type { Config } from "../../../config/schema";
import { type SecretName, secretRows, setSecretCommand } from "../../../config/secrets";
import { stackTextValue } from "../../stackFileEdit";
import { datePath } from "./dates";
import type { Unfinished } from "./unfinished";

/** How one secret is replaced in one run. */
export type Turn =
  /** A person brings the new value. */
  | { readonly name: SecretName; readonly by: "value" }
  /** Its date changes, and the engine makes another value. */
  | { readonly name: InventoryName; readonly by: "date" }
  /** A counter is raised, and whoever has the old value follows. */
  | {
      readonly name: InventoryName;
      readonly by: "counter";
      readonly path: string;
      readonly to: number;
      /** Whether nothing but the stack's file tells its age. */
      readonly dated: boolean;
    };

/** What decides how secrets are replaced. */
export interface TurnsOptions {
  readonly stack: string;
  readonly config: Config;
  /** Text of the stack's file. */
  readonly text: string;
  /** Secrets that the stack's file has a value of. */
  readonly given: readonly SecretName[];
  /** What an earlier run that was cut off had written, by name. */
  readonly unfinished: ReadonlyMap<string, Unfinished>;
}

function isGivenName(name: InventoryName): name is SecretName {
  return Object.hasOwn(secretRows, name);
}

function turnOf(name: InventoryName, options: TurnsOptions): Turn | string {
  const { stack, config, text, given, unfinished } = options;
  const { rotation, used } = inventory[name];
  if (rotation.by === "never") return `${name} is never rotated: ${rotation.why}`;
  if (!used(config)) return `${name} is not used by this stack`;
  // A value of one's own takes the generated one's place, and its date changes nothing.
  if (isGivenName(name) && given.includes(name)) return { name, by: "value" };
  if (rotation.by === "value") {
    return isGivenName(name)
      ? `${name} has no value yet: ${setSecretCommand(stack, name)}`
      : `${name} has no value to replace`;
  }
  if (rotation.by === "date") return { name, by: "date" };
  const now = stackTextValue(text, rotation.path);
  const counter = typeof now === "number" ? now : 1;
  const cutOff = unfinished.get(name)?.value === String(counter);
  const dated = rotation.hostItem === undefined;
  return { name, by: "counter", path: rotation.path, to: cutOff ? counter : counter + 1, dated };
}

/** Values that were tried come first, what restarts every host last. */
const order: readonly Turn["by"][] = ["value", "date", "counter"];

/**
 * How the named secrets are replaced, in the order in which they are.
 *
 * @throws Error with one line per name that cannot be rotated.
 */
export function turnsOf(names: readonly string[], options: TurnsOptions): Turn[] {
  const found = [...new Set(names)].map((name) =>
    isInventoryName(name)
      ? turnOf(name, options)
      : `${name} names no secret${secretNameHint(name)}`,
  );
  const refused = found.filter((turn) => typeof turn === "string");
  if (refused.length > 0) throw new Error(refused.join("\n"));
  return found
    .filter((turn) => typeof turn !== "string")
    .sort((left, right) => order.indexOf(left.by) - order.indexOf(right.by));
}

/** What a turn writes into the stack's file: where, and what. */
export function noteOf(turn: Turn, date: string): { path: string; value: string | number } {
  return turn.by === "counter"
    ? { path: turn.path, value: turn.to }
    : { path: datePath(turn.name), value: date };
}
