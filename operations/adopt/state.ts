import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Registration } from "../inprocess/run";
import { projectName } from "../stackFile";
import { isGenerated } from "./generated";

/** What `pulumi stack export` prints, as far as it is read. */
const exported = z.looseObject({
  version: z.literal(3),
  deployment: z.looseObject({ resources: z.array(z.unknown()).nullish() }),
});

/** How state marks a secret; the CLI encrypts it when it takes the state in. */
function secret(value: string): object {
  return {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
  };
}

/** The id and outputs of a generated value, as its provider would have left them. */
interface Generated {
  readonly id: string;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly secretOutputs: readonly string[];
}

type Maker = (value: string, inputs: Registration["inputs"]) => Generated;

const makers: Readonly<Record<string, Maker>> = {
  "random:index/randomPassword:RandomPassword": (value, inputs) => ({
    id: "none",
    outputs: {
      __meta: '{"schema_version":"3"}',
      ...{ id: "none", result: secret(value) },
      ...{ lower: true, upper: true, numeric: true, number: inputs["numeric"] ?? true },
      ...{ minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 },
    },
    secretOutputs: ["bcryptHash", "result"],
  }),
  "random:index/randomUuid:RandomUuid": (value) => ({
    id: value,
    outputs: { id: value, result: value },
    secretOutputs: [],
  }),
};

/** The resource itself and every component above it, outermost first. */
function withParents(
  { urn, parent }: Registration,
  byUrn: ReadonlyMap<string, Registration>,
): string[] {
  const above = parent === undefined ? undefined : byUrn.get(parent);
  return [...(above === undefined ? [] : withParents(above, byUrn)), urn];
}

/** What the state of an adopted stack is made from. */
export interface AdoptedState {
  readonly stack: string;
  /** What `pulumi stack export` printed. */
  readonly exported: string;
  /** What the program registers. */
  readonly registrations: readonly Registration[];
  /** Values by the name of the generated resource. Secret. */
  readonly values: ReadonlyMap<string, string>;
  /** Version of the provider of random values the program asks for. */
  readonly randomVersion: string;
}

/**
 * A state for `pulumi stack import` that knows just the generated values, under the inputs that the
 * program gives them: the next `up` leaves them as they are and makes everything else. Import by id
 * cannot do that: it does not take over inputs such as `special` or `keepers`, and a difference
 * there replaces the value.
 *
 * @returns the text of the state, with secrets in clear.
 * @throws Error when the stack holds resources already.
 */
export function adoptedState(options: AdoptedState): string {
  const { stack, registrations, values, randomVersion } = options;
  const { version, deployment } = exported.parse(JSON.parse(options.exported));
  const held = (deployment.resources ?? []).length;
  if (held > 0) {
    throw new Error(
      `stack ${stack} holds ${String(held)} resources: its state is not gone; run pulumi up, or name an empty stack`,
    );
  }
  const stackUrn = `urn:pulumi:${stack}::${projectName}::pulumi:pulumi:Stack::${projectName}-${stack}`;
  const name = `default_${randomVersion.replaceAll(".", "_")}`;
  const providerUrn = `urn:pulumi:${stack}::${projectName}::pulumi:providers:random::${name}`;
  const providerId = randomUUID();
  const byUrn = new Map(registrations.map((one) => [one.urn, one]));
  const known = registrations.filter((one) => isGenerated(one) && values.has(one.name));
  const urns = [...new Set(known.flatMap((one) => withParents(one, byUrn)))];
  const resources = urns.flatMap((urn) => {
    const one = byUrn.get(urn);
    if (one === undefined) return [];
    const common = { urn, type: one.type, parent: one.parent ?? stackUrn };
    const make = makers[one.type];
    const value = values.get(one.name);
    if (!one.custom || make === undefined || value === undefined) {
      return [{ ...common, custom: false }];
    }
    const { id, outputs, secretOutputs } = make(value, one.inputs);
    return [
      {
        ...common,
        ...{ custom: true, id, inputs: one.inputs, outputs: { ...outputs, ...one.inputs } },
        provider: `${providerUrn}::${providerId}`,
        additionalSecretOutputs: secretOutputs,
      },
    ];
  });
  const base = [
    { urn: stackUrn, custom: false, type: "pulumi:pulumi:Stack" },
    {
      ...{ urn: providerUrn, custom: true, id: providerId, type: "pulumi:providers:random" },
      inputs: { __internal: {}, version: randomVersion },
      outputs: { version: randomVersion },
    },
  ];
  return JSON.stringify({
    version,
    deployment: { ...deployment, resources: [...base, ...resources] },
  });
}
