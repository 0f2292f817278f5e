import { secretNames } from "../../config/secrets";
import type { InProcessResult, Registration } from "../../operations/inprocess/run";
import type { EnvironmentOutputs } from "../../stacks/environment";
import { type Canaries, canary } from "./canaries";
import {
  existingCluster,
  type FakeOutputs,
  kubeconfig,
  ownCluster,
  plausibleOutputs,
  runProgram,
  type Sections,
} from "./program";

/** The log-in of a registry comes inside a secret that has a form. */
const logins = { "registry.lan": { username: "me", password: canary("registryCredentials") } };

/** A canary for every secret that a stack may be given, in the form in which it is given. */
export const givenSecrets = {
  ...Object.fromEntries(secretNames.map((name) => [name, canary(name)])),
  kubeconfig: kubeconfig(canary("kubeconfig")),
  deployerKubeconfig: kubeconfig(canary("deployerKubeconfig")),
  registryCredentials: JSON.stringify(logins),
  alertReceivers: JSON.stringify({ chat: { token: canary("alertReceivers") } }),
  heartbeatUrl: `https://hc.example.org/${canary("heartbeatUrl")}`,
};

/** A stack that uses every secret, but for those of the other destination of copies. */
const withAll = (offHost: object): Sections => ({
  ...ownCluster,
  k3s: {
    ...ownCluster.k3s,
    registries: { configs: { "registry.lan": { auth: true } } },
    snapshots: { offHost },
  },
  platform: {
    monitoring: { receivers: [{ name: "chat", type: "telegram", chatId: 1 }], heartbeat: true },
  },
});
const copiesToS3 = { s3: { endpoint: "https://s3.lan", bucket: "copies" } };
const copiesBySsh = {
  ssh: { host: "nas", user: "copies", path: "/copies", hostKey: `ssh-ed25519 ${"A".repeat(68)}` },
};

/** Argo CD reads from Git either way, and tells somebody. */
const fromGit = {
  https: { by: "argocd", repository: "https://git.lan/home.git", notifications: "webhook" },
  ssh: { by: "argocd", repository: "git@git.lan:me/home.git", notifications: "ntfy" },
};

/** Stacks that between them use every secret, by what they are. */
export const secretStacks: Readonly<Record<string, Sections>> = {
  "our own cluster": withAll(copiesToS3),
  "our own cluster that sends copies by SSH": withAll(copiesBySsh),
  "an existing cluster": existingCluster,
  "a cluster that Argo CD delivers to by HTTPS": { ...existingCluster, delivery: fromGit.https },
  "a cluster that Argo CD delivers to by SSH": { ...existingCluster, delivery: fromGit.ssh },
};

/** Secret outputs of what generates secrets or reads them from a host: each field a canary. */
function secretOutputsOf({ type, name }: Registration): Record<string, string> {
  if (type === "random:index/randomPassword:RandomPassword") {
    return { result: canary(name), bcryptHash: canary(`${name}-hash`) };
  }
  if (type === "tls:index/privateKey:PrivateKey") {
    return Object.fromEntries(
      ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"].map((field) => [
        field,
        canary(`${name}-${field}`),
      ]),
    );
  }
  return {};
}

const adminKey = canary("admin-key");

const fakeOutputs: FakeOutputs = (registration) => ({
  ...plausibleOutputs(registration),
  ...secretOutputsOf(registration),
  ...(registration.name === "kubeconfig" ? { stdout: kubeconfig(adminKey) } : {}),
});

/** What a stack asked for when all its secrets were canaries. */
export interface SecretRun extends InProcessResult<EnvironmentOutputs> {
  /** Given and generated. */
  readonly canaries: Canaries;
}

/** Runs a stack with canaries for all its secrets. */
export async function runWithCanaries(
  sections: Sections,
  make: FakeOutputs = fakeOutputs,
): Promise<SecretRun> {
  const options = { secrets: givenSecrets, outputs: make };
  const run = await runProgram(sections, options);
  const generated = run.registrations.flatMap((registration) =>
    Object.entries(secretOutputsOf(registration)).map(([field, value]) => [
      `${registration.name}.${field}`,
      value,
    ]),
  );
  return {
    ...run,
    canaries: {
      ...Object.fromEntries(secretNames.map((name) => [name, canary(name)])),
      ...(Object.fromEntries(generated) as Canaries),
      "admin-key": adminKey,
    },
  };
}
