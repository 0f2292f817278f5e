import * as pulumi from "@pulumi/pulumi";
import { leakedPromises } from "@pulumi/pulumi/runtime/debuggable";
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
  getObject(): Properties | undefined;
}

interface Properties {
  toJavaScript(): Record<string, unknown>;
}

/** As {@link RegisterRequest}, of what a component tells of itself. */
interface OutputsRequest {
  getUrn(): string;
  getOutputs(): Properties | undefined;
}

/** The parts of the engine's answer that the SDK reads. */
interface RegisterResponse {
  getUrn(): string;
  getId(): string;
  getObject(): Properties;
  getPropertydependenciesMap(): undefined;
  getResult(): 0;
}

interface Monitor {
  registerResource(
    request: RegisterRequest,
    callback: (error: null, response: RegisterResponse) => void,
  ): void;
  registerResourceOutputs(
    request: OutputsRequest,
    callback: (error: null, response: object) => void,
  ): void;
}

declare module "@pulumi/pulumi/runtime/debuggable" {
  /** Promises that nothing settled, which are forgotten with it: else each is told of at the end. */
  export function leakedPromises(): unknown;
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

function read(request: RegisterRequest, raw: Record<string, unknown>): Registration {
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

/** What the engine answers: the inputs and the outputs, of which those said to be secret are marked. */
function answer(
  { urn, name, additionalSecretOutputs }: Registration,
  inputs: Record<string, unknown>,
  { id, outputs = {} }: Made,
): RegisterResponse {
  const marked = Object.entries(outputs).map(([key, value]) => [
    key,
    additionalSecretOutputs.includes(key) ? markSecret(value) : value,
  ]);
  const properties = { ...inputs, ...Object.fromEntries(marked) } as Record<string, unknown>;
  return {
    getUrn: () => urn,
    getId: () => id ?? name,
    getObject: () => ({ toJavaScript: () => properties }),
    getPropertydependenciesMap: () => undefined,
    getResult: () => 0,
  };
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
  const underWay = new Set<Promise<unknown>>();

  pulumi.runtime.setAllConfig({ ...options.config }, [...options.secretKeys]);
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type }) => {
        throw new Error(`${type} is read, which the program is not known to do`);
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "bramble",
    options.stack,
    options.preview,
  );

  let failed = false;
  let stop: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_resolve, reject) => {
    stop = (error) => {
      failed = true;
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const monitor = getMonitor() as Monitor;
    monitor.registerResourceOutputs = (request, callback) => {
      handedOut.set(request.getUrn(), maskedValue(request.getOutputs()?.toJavaScript() ?? {}));
      callback(null, {});
    };
    monitor.registerResource = (request, callback) => {
      if (failed) return;
      const inputs = request.getObject()?.toJavaScript() ?? {};
      const registration = read(request, inputs);
      if (registration.type !== stackType) registrations.push(registration);
      const work = (registration.custom ? options.make(registration) : Promise.resolve({}))
        .then((made) => {
          callback(null, answer(registration, inputs, made));
        })
        .catch(stop)
        .finally(() => underWay.delete(work));
      underWay.add(work);
    };
  });
  // Without a listener an early failure would end the process before it is awaited.
  failure.catch(() => undefined);

  // The SDK leaves to the process what an `apply` throws, and waits for its value for ever.
  process.on("unhandledRejection", stop);
  const outputs = program();
  try {
    await Promise.race([pulumi.runtime.disconnect(), failure]);
  } catch (error) {
    await Promise.allSettled(underWay);
    leakedPromises();
    throw error;
  } finally {
    process.off("unhandledRejection", stop);
  }
  return { registrations, handedOut, outputs };
}
