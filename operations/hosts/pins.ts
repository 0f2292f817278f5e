import { type Document, isMap, isNode, isSeq, parseDocument, type YAMLMap } from "yaml";
import type { HostConfig } from "../../config/schema";
import { projectName } from "../stackFile";
import { fingerprint, type HostKey, parseHostKey, sameKey } from "../connection/hostKeys";

/** How a stack's file is written. */
const layout = { lineWidth: 0, flowCollectionPadding: true };

/** What becomes of one host's pin. */
export type Verdict =
  /** It has no pin yet, or its pin is to be replaced. */
  | { readonly kind: "pin"; readonly key: HostKey; readonly was?: HostKey }
  | { readonly kind: "pinned"; readonly key: HostKey }
  /** It shows another key than the pinned one. */
  | { readonly kind: "refused"; readonly key: HostKey; readonly was: HostKey }
  | { readonly kind: "unreachable" };

/**
 * Decides what becomes of a host's pin.
 *
 * @param keys what the host offers, preferred first.
 * @param replace whether a pin that differs is to be replaced.
 */
export function judge(
  host: Pick<HostConfig, "hostKey">,
  keys: readonly HostKey[],
  replace: boolean,
): Verdict {
  const [best] = keys;
  if (best === undefined) return { kind: "unreachable" };
  if (host.hostKey === undefined) return { kind: "pin", key: best };
  const was = parseHostKey(host.hostKey);
  if (keys.some((key) => sameKey(key, was))) return { kind: "pinned", key: was };
  const key = keys.find(({ type }) => type === was.type) ?? best;
  return replace ? { kind: "pin", key, was } : { kind: "refused", key, was };
}

/** Why a changed key is refused, and how to proceed. */
export function refusal(
  stack: string,
  { name, address }: Pick<HostConfig, "name" | "address">,
  verdict: Verdict,
): string {
  if (verdict.kind !== "refused") return "";
  return [
    `${name} (${address}) shows ${fingerprint(verdict.key)}, pinned is ${fingerprint(verdict.was)}: the host was installed anew, or something else answers there.`,
    `Compare on the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub. If it is right: npm run hosts -- ${stack} trust --replace ${name}`,
  ].join(" ");
}

function configMap(document: Document, key: string): unknown {
  return [`${projectName}:${key}`, key]
    .map((name) => document.getIn(["config", name]))
    .find(isNode);
}

/**
 * Writes the bastion's pin into the text of a stack's file; all else stays.
 *
 * @throws Error when the file names no bastion.
 */
export function writeBastionPin(text: string, key: string): string {
  const document = parseDocument(text);
  const ssh = configMap(document, "ssh");
  const bastion = isMap(ssh) ? ssh.get("bastion") : undefined;
  if (!isMap(bastion)) throw new Error(`no bastion under ${projectName}:ssh`);
  bastion.set("hostKey", key);
  return document.toString(layout);
}

function hostRows(text: string): { rows: YAMLMap[]; toText: () => string } {
  const document = parseDocument(text);
  const hosts = configMap(document, "hosts");
  return {
    rows: isSeq(hosts) ? hosts.items.filter((item) => isMap(item)) : [],
    toText: () => document.toString(layout),
  };
}

/**
 * Writes pins into the text of a stack's file; comments, order and all other values stay.
 *
 * @param pins host name to `<type> <base64>`.
 * @throws Error when the file lists no host of such a name.
 */
export function writePins(text: string, pins: ReadonlyMap<string, string>): string {
  const { rows, toText } = hostRows(text);
  for (const [name, key] of pins) {
    const row = rows.find((candidate) => candidate.get("name") === name);
    if (row === undefined) throw new Error(`no host ${name} under ${projectName}:hosts`);
    row.set("hostKey", key);
  }
  return toText();
}

/**
 * Raises the generation of one host in the text of a stack's file by one.
 *
 * @throws Error when the file lists no host of such a name.
 */
export function raiseGeneration(text: string, name: string): string {
  const { rows, toText } = hostRows(text);
  const row = rows.find((candidate) => candidate.get("name") === name);
  if (row === undefined) throw new Error(`no host ${name} under ${projectName}:hosts`);
  const generation = row.get("generation");
  row.set("generation", (typeof generation === "number" ? generation : 1) + 1);
  return toText();
}
