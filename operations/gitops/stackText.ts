import { isMap, parseDocument } from "yaml";
import { projectName } from "../stackFile";

/**
 * Writes who delivers into the text of a stack's file; comments, order and all other values stay.
 *
 * @throws Error when the file says nothing of delivery.
 */
export function writeDelivery(text: string, by: "pulumi" | "argocd"): string {
  const document = parseDocument(text);
  const config = document.get("config");
  const key = `${projectName}:delivery`;
  const delivery = isMap(config) ? (config.get(key) ?? config.get("delivery")) : undefined;
  if (!isMap(delivery)) throw new Error(`no ${key} in the stack's file`);
  delivery.set("by", by);
  return document.toString({ lineWidth: 0 });
}
