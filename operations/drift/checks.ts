import { scriptDirectory, scriptNames } from "../../components/remote/scripts";
import type { Registration } from "../inprocess/run";
import { isUnknown, shownAs } from "../inprocess/values";
import { splitWords } from "./words";

/** How one thing on a host is looked at. */
export type Look =
  /** A script in check mode, with its standard input or the cluster id that the host says it has. */
  | {
      readonly kind: "run";
      readonly script: string;
      readonly args: readonly string[];
      readonly input: { readonly text: string } | "own cluster id";
    }
  /** A file whose content only the engine's state knows. */
  | { readonly kind: "secret"; readonly path: string; readonly mode: string }
  /** The installed scripts. */
  | { readonly kind: "scripts" };

/** One thing the program wants on a host. */
export interface HostCheck {
  /** Address of the host. */
  readonly address: string;
  /** Name of the resource that makes it so. */
  readonly name: string;
  /** What converges it; unset when no resource of the program does. */
  readonly urn?: string;
  readonly look: Look;
}

/** A resource that cannot be compared, and why. */
export interface Uncompared {
  readonly name: string;
  readonly reason: string;
}

interface CommandInputs {
  readonly connection?: { readonly host?: string };
  readonly create?: string;
  readonly delete?: string;
  readonly stdin?: string;
}

const randomUuid = "random:index/randomUuid:RandomUuid";

/** Whether what a command reads is the cluster's id, which the host can say itself. */
function readsClusterId({ dependsOn }: Registration): boolean {
  const types = dependsOn.map((urn) => urn.split("::")[2]?.split("$").at(-1));
  return types.includes(randomUuid) && !types.some((type) => type?.includes("randomPassword"));
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const index = args.indexOf(name);
  return index === -1 ? undefined : args[index + 1];
}

function lookOf(registration: Registration, inputs: CommandInputs): Look | Uncompared | undefined {
  const { create = "", stdin = "" } = inputs;
  if (create.includes(`${scriptDirectory}.new`)) return { kind: "scripts" };
  if (!/ converge( |$)/.test(create)) return undefined;
  const words = splitWords(create);
  const start = words.findIndex((word) => word.startsWith(`${scriptDirectory}/`));
  const script = words[start]?.slice(scriptDirectory.length + 1);
  if (script === undefined || words[start + 1] !== "converge") return undefined;
  const args = ["check", ...words.slice(start + 2)];
  const closed = isUnknown(stdin) || registration.secretInputs.includes("stdin");
  if (!closed) return { kind: "run", script, args, input: { text: stdin } };
  if (readsClusterId(registration)) return { kind: "run", script, args, input: "own cluster id" };
  const path = optionOf(args, "--path");
  if (script !== "file.sh" || path === undefined) {
    return { name: registration.name, reason: "what it writes is a secret of the engine's state" };
  }
  return { kind: "secret", path, mode: (optionOf(args, "--mode") ?? "0600").replace(/^0/, "") };
}

/**
 * What the program wants on hosts, each with the way to look at it: every command that converges
 * something has a form that only checks.
 */
export function hostChecks(registrations: readonly Registration[]): {
  readonly checks: readonly HostCheck[];
  readonly uncompared: readonly Uncompared[];
} {
  const checks: HostCheck[] = [];
  const uncompared: Uncompared[] = [];
  for (const registration of registrations) {
    if (registration.type !== "command:remote:Command") continue;
    const inputs = registration.inputs as CommandInputs;
    const look = lookOf(registration, inputs);
    if (look === undefined) continue;
    if ("reason" in look) {
      uncompared.push(look);
      continue;
    }
    const { name, urn } = registration;
    // The engine runs a command again by replacing it, which would run its `delete` as well.
    const healed = inputs.delete === undefined ? { urn } : {};
    checks.push({ address: inputs.connection?.host ?? "", name, ...healed, look });
  }
  return { checks, uncompared };
}

/** A reboot that prepare.sh noted and nobody made; no resource of its own makes up for it. */
export function rebootCheck(address: string, host: string): HostCheck {
  const input = "own cluster id";
  const look = { kind: "run", script: "reboot.sh", args: ["check"], input } as const;
  return { address, name: `${host}-reboot`, look };
}

/** Ends each field of a line; no argument of a script holds it. */
const separator = "\x1f";

/** One line of fields as drift.sh and drift-cluster.sh read it. */
export function renderFields(fields: readonly string[]): string {
  return `${fields.map((field) => `${field}${separator}`).join("")}\n`;
}

/** The lines that drift.sh reads: what to look at, each under its number. */
export function renderChecks(checks: readonly HostCheck[]): string {
  return checks
    .map(({ look }, index) => {
      const id = String(index);
      if (look.kind === "scripts") return ["scripts", id, ...scriptNames];
      if (look.kind === "secret") return ["secret", id, look.path, look.mode];
      const input =
        look.input === "own cluster id"
          ? "own"
          : `=${Buffer.from(look.input.text, "utf8").toString("base64")}`;
      return ["run", id, input, look.script, ...look.args];
    })
    .map(renderFields)
    .join("");
}

/** An object as the program asks for it, less what only the engine's state knows. */
export interface WantedObject {
  readonly urn: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  /** The whole object. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A Secret: just that it is there, with these keys where they are known. */
export interface WantedSecret {
  readonly urn: string;
  readonly name: string;
  readonly namespace: string;
  readonly keys: readonly string[];
}

/** A Helm release. */
export interface WantedRelease {
  readonly urn: string;
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
}

/** What the program wants in the cluster. */
export interface WantedCluster {
  readonly objects: readonly WantedObject[];
  readonly secrets: readonly WantedSecret[];
  readonly releases: readonly WantedRelease[];
}

/** The value without secrets and without what other resources would tell. */
function known(value: unknown): unknown {
  if (value === shownAs.secret || value === shownAs.unknown) return undefined;
  if (Array.isArray(value)) {
    const items = value.map(known);
    return items.includes(undefined) ? undefined : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, known(item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

/** Keys of Secrets that an object's pods read, as `NAMESPACE/NAME` and key. */
function keysRead(value: unknown, namespace: string): (readonly [secret: string, key: string])[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysRead(item, namespace));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([field, item]) => {
    if (field !== "secretKeyRef") return keysRead(item, namespace);
    const { name, key, optional } = item as { name: string; key: string; optional?: boolean };
    return optional === true ? [] : [[`${namespace}/${name}`, key] as const];
  });
}

const releaseType = "kubernetes:helm.sh/v3:Release";

/** What the program wants in the cluster, from what it registers. */
export function wantedCluster(registrations: readonly Registration[]): WantedCluster {
  const objects: WantedObject[] = [];
  const secrets: WantedSecret[] = [];
  const releases: WantedRelease[] = [];
  for (const { urn, type, custom, inputs, shown } of registrations) {
    if (!custom || !type.startsWith("kubernetes:")) continue;
    if (type === releaseType) {
      const { name, namespace, version } = inputs as {
        name: string;
        namespace: string;
        version: string;
      };
      releases.push({ urn, name, namespace, version });
      continue;
    }
    const body = known(shown) as WantedObject["body"] & Omit<WantedObject, "urn" | "body">;
    const { apiVersion, kind, metadata } = body;
    if (kind === "Secret") {
      const keys = [...new Set([...keysOf(inputs["data"]), ...keysOf(inputs["stringData"])])];
      const { name, namespace = "default" } = metadata;
      secrets.push({ urn, name, namespace, keys });
    } else {
      objects.push({ urn, apiVersion, kind, metadata, body });
    }
  }
  // Which keys a Secret has is often known only once its values are; which are read always is.
  const read = objects.flatMap(({ body, metadata }) =>
    keysRead(body, metadata.namespace ?? "default"),
  );
  const withRead = secrets.map((secret) => {
    const path = `${secret.namespace}/${secret.name}`;
    const more = read.flatMap(([name, key]) => (name === path ? [key] : []));
    return { ...secret, keys: [...new Set([...secret.keys, ...more])].sort() };
  });
  return { objects, secrets: withRead, releases };
}
