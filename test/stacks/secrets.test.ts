import assert from "node:assert/strict";
import { secretNames } from "../../config/secrets";
import type { Registration } from "../../operations/inprocess/run";
import { planOf } from "../../operations/plan/plan";
import { renderTree } from "../../operations/plan/tree";
import { type Canaries, canary, leaks } from "../support/canaries";
import {
  existingCluster,
  type FakeOutputs,
  kubeconfig,
  ownCluster,
  plausibleOutputs,
  remoteOnes,
  runProgram,
  type Sections,
} from "../support/program";

/** The log-in of a registry comes inside a secret that has a form. */
const logins = { "registry.lan": { username: "me", password: canary("registryCredentials") } };

const given = {
  ...Object.fromEntries(secretNames.map((name) => [name, canary(name)])),
  registryCredentials: JSON.stringify(logins),
  alertReceivers: JSON.stringify({ chat: { token: canary("alertReceivers") } }),
  heartbeatUrl: `https://hc.example.org/${canary("heartbeatUrl")}`,
};

/** A stack that uses every secret, but for those of the other destination of copies. */
const withAll = (offHost: object) => ({
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

/** Secret outputs of what generates secrets or reads them from a host. */
const secretOutputs: FakeOutputs = (registration) => {
  const { type, name } = registration;
  if (type.startsWith("random:index/randomPassword")) {
    return { result: canary(name), bcryptHash: canary(`${name}-hash`) };
  }
  if (type.startsWith("random:index/randomBytes")) {
    return { hex: canary(name), base64: canary(name) };
  }
  if (name === "kubeconfig") return { stdout: kubeconfig(canary("admin-key")) };
  return plausibleOutputs(registration);
};

const generated = [
  "server-token",
  "agent-token",
  "admin-key",
  "monitoring-grafana-admin",
  "argocd-admin",
  "argocd-admin-hash",
];

async function registrationsOf(sections: Sections): Promise<readonly Registration[]> {
  const options = { secrets: given, outputs: secretOutputs };
  return (await runProgram(sections, options)).registrations;
}

const everySecret: Canaries = Object.fromEntries(
  [...secretNames, ...generated].map((name) => [name, canary(name)]),
);

function assertNowhere(text: string, what: string): void {
  assert.deepEqual(leaks(text, everySecret), [], what);
}

describe("secrets", () => {
  let own: readonly Registration[];
  let bySsh: readonly Registration[];
  let existing: readonly Registration[];
  let delivered: readonly Registration[];
  before(async () => {
    own = await registrationsOf(withAll(copiesToS3));
    bySsh = await registrationsOf(withAll(copiesBySsh));
    existing = await registrationsOf(existingCluster);
    delivered = [
      ...(await registrationsOf({ ...existingCluster, delivery: fromGit.https })),
      ...(await registrationsOf({ ...existingCluster, delivery: fromGit.ssh })),
    ];
  });

  for (const [title, registrations] of [
    ["our own cluster", () => own],
    ["our own cluster that sends copies by SSH", () => bySsh],
    ["an existing cluster", () => existing],
    ["clusters that Argo CD delivers to", () => delivered],
  ] as const) {
    it(`show in no form in the plan of ${title}`, () => {
      const plan = planOf("home", registrations());
      assertNowhere(JSON.stringify(plan), "the JSON");
      assertNowhere(JSON.stringify(plan, null, 2), "the JSON");
      assertNowhere(renderTree(plan), "the tree");
    });
  }

  it("reach the resources that need them: the search above looks for what is there", () => {
    const all = JSON.stringify([...own, ...bySsh, ...delivered].map(({ inputs }) => inputs));
    const found = leaks(all, everySecret).map(({ secret }) => secret);
    assert.deepEqual(
      Object.keys(everySecret).filter((name) => !found.includes(name)),
      [],
    );
  });

  it("are in no command line: those show in the host's process list and in error messages", () => {
    for (const { name, inputs } of remoteOnes([...own, ...bySsh])) {
      const { connection: _connection, stdin: _stdin, ...shownOnTheHost } = inputs;
      assertNowhere(JSON.stringify(shownOnTheHost), name);
    }
  });

  it("travel to a host by standard input alone, and nothing of them is logged", () => {
    for (const { name, inputs, secretInputs } of remoteOnes([...own, ...bySsh])) {
      const allowed = ["connection", "stdin"];
      assert.deepEqual(
        secretInputs.filter((path) => !allowed.includes(path.split(".")[0] ?? "")),
        [],
        name,
      );
      if (secretInputs.includes("stdin")) assert.equal(inputs["logging"], "none", name);
    }
  });
});
