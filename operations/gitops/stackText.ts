import { isMap, isScalar, parseDocument } from "yaml";
import { projectName } from "../stackFile";

/**
 * Writes who delivers into the text of a stack's file; every other byte stays.
 *
 * @throws Error when the file does not say where from.
 */
export function writeDelivery(text: string, by: "pulumi" | "argocd"): string {
  const config = parseDocument(text).get("config");
  const key = `${projectName}:delivery`;
  const delivery = isMap(config) ? (config.get(key) ?? config.get("delivery")) : undefined;
  const [first] = isMap(delivery) ? delivery.items : [];
  if (!isMap(delivery) || first === undefined || !isScalar(first.key) || !first.key.range) {
    throw new Error(`no ${key} in the stack's file`);
  }
  const value = delivery.get("by", true);
  if (isScalar(value) && value.range) {
    const [from, to] = value.range;
    return text.slice(0, from) + by + text.slice(to);
  }
  const [at] = first.key.range;
  const column = at - (text.lastIndexOf("\n", at - 1) + 1);
  const between = delivery.flow === true ? ", " : `\n${" ".repeat(column)}`;
  return `${text.slice(0, at)}by: ${by}${between}${text.slice(at)}`;
}
