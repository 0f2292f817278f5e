import { loadSettings } from "../../config/load";
import type { SecretName } from "../../config/secrets";
import {
  type InProcessResult,
  type Registration,
  runInProcess,
} from "../../operations/inprocess/run";
import { withoutStackTraces } from "../../operations/inprocess/stackTraces";
import { type EnvironmentOutputs, environment } from "../../stacks/environment";

/** Sections of a configuration, by key. */
export type Sections = Readonly<Record<string, unknown>>;

const body = "AAAAC3NzaC1lZDI1NTE5AAAAIEur7YM/B0qGzLR1adv/wG0luKPtG8OFi/Enp394tz0b";

/** A host as stacks list it: the last number of its address is that of its name. */
export function hostRow(number: number, role: "server" | "agent", more: object = {}): object {
  return {
    name: `pi-${number}`,
    address: `10.69.1.${10 + number}`,
    role,
    hostKey: `ssh-ed25519 ${body}`,
    ...more,
  };
}

/** Three servers and an agent, with all that production has. */
export const ownCluster = {
  cluster: { name: "home" },
  hosts: [
    hostRow(1, "server"),
    hostRow(2, "server"),
    hostRow(3, "server"),
    hostRow(4, "agent"),
  ] as object[],
  k3s: { virtualIp: "10.69.1.10" },
  network: {
    pools: [{ name: "services", addresses: ["10.69.1.150-10.69.1.180"] }],
    ingressAddress: "10.69.1.150",
  },
  storage: { nfs: { server: "10.69.1.5", path: "/export/media" } },
} as const satisfies Sections;

/** A cluster that Bramble did not make. */
export const existingCluster = {
  cluster: { name: "talos", source: "existing" },
  network: ownCluster.network,
  storage: ownCluster.storage,
} as const satisfies Sections;

/** What a resource of the fakes gives back, by its registration. */
export type FakeOutputs = (registration: Registration) => Readonly<Record<string, unknown>>;

const profile = { hostname: "pi", model: "Raspberry Pi 4", arch: "arm64", bits: 64 };

/** Outputs of every resource whose outputs the program reads. */
export const plausibleOutputs: FakeOutputs = ({ type, name }) => {
  switch (type) {
    case "random:index/randomPassword:RandomPassword":
      return { result: `generated-${name}`, bcryptHash: `hash-${name}` };
    case "random:index/randomUuid:RandomUuid":
      return { result: "7f2c1d5e-0000-4000-8000-000000000000" };
    case "random:index/randomUuid7:RandomUuid7":
      // Made at 2026-11-21T10:00:00.250Z.
      return { result: "01a1fd8c-69fa-7abc-8def-0123456789ab" };
    case "tls:index/privateKey:PrivateKey":
      return {
        publicKeyOpenssh: `ssh-ed25519 ${body}\n`,
        privateKeyOpenssh: `private-${name}`,
      };
    case "command:remote:Command":
      return { stdout: commandOutput(name) };
    default:
      return {};
  }
};

function commandOutput(name: string): string {
  if (name.endsWith("-facts")) return JSON.stringify(profile);
  return name === "kubeconfig" ? kubeconfig("admin-key") : "none";
}

/** A kubeconfig as a server writes it for itself. */
export function kubeconfig(key: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "default",
        cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": "Q0E=" },
      },
    ],
    contexts: [{ name: "default", context: { cluster: "default", user: "default" } }],
    users: [{ name: "default", user: { "client-key-data": key } }],
    "current-context": "default",
  });
}

/** How a program is run on fakes. */
export interface ProgramOptions {
  readonly secrets?: Partial<Record<SecretName, string>>;
  /** Outputs of resources. Without them it is a preview: outputs are unknown. */
  readonly outputs?: FakeOutputs;
}

/** Runs the whole program on a configuration. */
export async function runProgram(
  sections: Sections,
  { secrets = {}, outputs }: ProgramOptions = {},
): Promise<InProcessResult<EnvironmentOutputs>> {
  const required = { sshPrivateKey: "key", kubeconfig: kubeconfig("key") };
  const given = Object.entries({ ...required, ...secrets });
  const config = [
    ...Object.entries(sections).map(([key, value]) => [`bramble:${key}`, JSON.stringify(value)]),
    ...given.map(([key, value]) => [`bramble:${key}`, value]),
  ];
  return withoutStackTraces(() =>
    runInProcess(() => environment(loadSettings()), {
      stack: "home",
      config: Object.fromEntries(config) as Record<string, string>,
      secretKeys: given.map(([key]) => `bramble:${key}`),
      preview: outputs === undefined,
      make: (registration) =>
        Promise.resolve(registration).then((one) => (outputs ? { outputs: outputs(one) } : {})),
    }),
  );
}

/** The one resource of a name, components excepted. */
export function find(registrations: readonly Registration[], name: string): Registration {
  const [found, ...more] = registrations.filter((one) => one.name === name && one.custom);
  if (found === undefined || more.length > 0) {
    throw new Error(`${found === undefined ? "no" : "more than one"} resource ${name}`);
  }
  return found;
}

/** Every command and upload on a host. */
export function remoteOnes(registrations: readonly Registration[]): Registration[] {
  return registrations.filter(({ type }) => type.startsWith("command:remote:"));
}

/** Number of resources by type. */
export function countTypes(types: readonly { readonly type: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of types) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Names of all that must be done before a resource. */
export function needsOf(registrations: readonly Registration[], name: string): Set<string> {
  const byUrn = new Map(registrations.map((one) => [one.urn, one]));
  const names = new Set<string>();
  const visit = (urn: string): void => {
    const one = byUrn.get(urn);
    if (one === undefined || names.has(one.name)) return;
    names.add(one.name);
    one.dependsOn.forEach(visit);
  };
  find(registrations, name).dependsOn.forEach(visit);
  return names;
}
