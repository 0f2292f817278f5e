import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";
import { markSecret, maskedValue, plainValue, secretPaths } from "./values";

/** One resource as the program asks the engine for it. */
export interface Registration {
  /** As the engine writes it: `urn:pulumi:<stack>::<project>::<types>::<name>`. */
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** False for component resources. */
  readonly custom: boolean;
  /** URN of the parent, unless that is the stack. */
  readonly parent: string | undefined;
  /** URN of the explicit provider. */
  readonly provider: string | undefined;
  /** URNs of the resources that must exist first. */
  readonly dependsOn: readonly string[];
  readonly deletedWith: string | undefined;
  /** Inputs with their secrets in clear. Never print them. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that may be shown. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** Paths of the secret inputs. */
  readonly secretInputs: readonly string[];
  /** Outputs that are secret though no input is. */
  readonly additionalSecretOutputs: readonly string[];
  readonly protect: boolean;
  /** Whether the object stays in the cluster when the program no longer asks for it. */
  readonly retainOnDelete: boolean;
}

/** What a handler made of a registration. */
export interface Made {
  readonly id?: string;
  /** Outputs beside the inputs. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** How a program is run without an engine. */
export interface InProcessOptions {
  readonly stack: string;
  /** Full keys (`bramble:hosts`) to values as the CLI hands them over. */
  readonly config: Readonly<Record<string, string>>;
  /** Full keys whose values are secret. */
  readonly secretKeys: readonly string[];
  /** A preview knows no outputs of resources; otherwise handlers provide them. */
  readonly preview: boolean;
  /** Called for each custom resource once all it depends on is made. */
  readonly make: (registration: Registration) => Promise<Made>;
}

/** What a program asked for, in the order of registration. */
export interface InProcessResult<T> {
  readonly registrations: readonly Registration[];
  /** What components told of themselves once they were made, by URN, secrets masked. */
  readonly handedOut: ReadonlyMap<string, unknown>;
  readonly outputs: T;
}

/** The parts of the engine's request that are read; generated code without types. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getProvider(): string;
  getDeletedwith(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDependenciesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

/** As {@link RegisterRequest}, of what a component tells of itself. */
interface OutputsRequest {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Record<string, unknown> } | undefined;
}

type Callback = (error: unknown, response: unknown) => void;

interface Monitor {
  newUrn(parent: string, type: string, name: string): string;
  registerResource(request: RegisterRequest, callback: Callback): unknown;
  registerResourceOutputs(request: OutputsRequest, callback: Callback): unknown;
}

declare module "@pulumi/pulumi/runtime/settings" {
  /** The connection to the engine, or to what stands in its place. */
  export function getMonitor(): unknown;
}

const stackType = "pulumi:pulumi:Stack";

/** A URN, unless it is empty or the stack's own. */
function urnOf(text: string): string | undefined {
  return text === "" || text.includes(`::${stackType}::`) ? undefined : text;
}

/** The engine's URNs name the types of all ancestors; the SDK's stand-in only the parent's. */
function newUrn(parent: string, type: string, name: string): string {
  const parentTypes = urnOf(parent)?.split("::")[2];
  const types = [...(parentTypes === undefined ? [] : [parentTypes]), type].join("$");
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${types}::${name}`;
}

function read(request: RegisterRequest): Registration {
  const raw = request.getObject()?.toJavaScript() ?? {};
  // An explicit provider is a URN followed by its id.
  const provider = request.getProvider().split("::").slice(0, 4).join("::");
  return {
    urn: newUrn(request.getParent(), request.getType(), request.getName()),
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: urnOf(request.getParent()),
    provider: urnOf(provider),
    dependsOn: request
      .getDependenciesList()
      .filter((urn) => urnOf(urn) !== undefined)
      .sort(),
    deletedWith: urnOf(request.getDeletedwith()),
    inputs: plainValue(raw) as Record<string, unknown>,
    shown: maskedValue(raw) as Record<string, unknown>,
    secretInputs: secretPaths(raw).sort(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
  };
}

/** Outputs as the engine hands them back: those the resource says are secret are marked. */
function handedBack({ outputs = {} }: Made, secrets: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      secrets.includes(key) ? markSecret(value) : value,
    ]),
  );
}

/**
 * Runs the program in this process on Pulumi's own SDK, with handlers in the engine's place: there
 * is no state, so everything is as if created anew.
 *
 * The SDK holds back each resource until those it depends on are made, so handlers that do real work
 * run in the right order. After the first failure nothing new begins; what is under way finishes.
 *
 * @throws what a handler or the program threw first.
 */
export async function runInProcess<T>(
  program: () => T,
  options: InProcessOptions,
): Promise<InProcessResult<T>> {
  const registrations: Registration[] = [];
  const handedOut = new Map<string, unknown>();
  const made = new Map<string, Made>();
  const underWay = new Set<Promise<unknown>>();
  const keyOf = (type: string, name: string): string => `${type}::${name}`;

  pulumi.runtime.setAllConfig({ ...options.config }, [...options.secretKeys]);
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const { id, outputs } = made.get(keyOf(type, name)) ?? {};
        return { id: id ?? name, state: { ...(inputs as object), ...outputs } };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "bramble",
    options.stack,
    options.preview,
  );

  const failure = new Promise<never>((_resolve, reject) => {
    const monitor = getMonitor() as Monitor;
    monitor.newUrn = newUrn;
    const original = monitor.registerResource.bind(monitor);
    const told = monitor.registerResourceOutputs.bind(monitor);
    monitor.registerResourceOutputs = (request, callback) => {
      handedOut.set(request.getUrn(), maskedValue(request.getOutputs()?.toJavaScript() ?? {}));
      return told(request, callback);
    };
    let failed = false;
    monitor.registerResource = (request, callback) => {
      if (failed) return;
      const registration = read(request);
      if (registration.type !== stackType) registrations.push(registration);
      const work = (registration.custom ? options.make(registration) : Promise.resolve({}))
        .then((result) => {
          made.set(keyOf(registration.type, registration.name), {
            ...result,
            outputs: handedBack(result, registration.additionalSecretOutputs),
          });
          return original(request, callback);
        })
        .catch((error: unknown) => {
          failed = true;
          reject(error instanceof Error ? error : new Error(String(error)));
        })
        .finally(() => underWay.delete(work));
      underWay.add(work);
    };
  });
  // Without a listener an early failure would end the process before it is awaited.
  failure.catch(() => undefined);

  const outputs = program();
  try {
    await Promise.race([pulumi.runtime.disconnect(), failure]);
  } catch (error) {
    await Promise.allSettled(underWay);
    throw error;
  }
  return { registrations, handedOut, outputs };
}
