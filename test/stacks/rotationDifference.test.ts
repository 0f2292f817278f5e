import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { mediaAppNames } from "../../catalogue/apps/names";
import { type InventoryName, inventory, inventoryNames } from "../../config/inventory";
import { secretNames } from "../../config/secrets";
import { momentOf } from "../../components/platform/ArgoCd";
import type { Registration } from "../../operations/inprocess/run";
import { editStackText } from "../../operations/stackFileEdit";
import {
  existingCluster,
  type FakeOutputs,
  find,
  kubeconfig,
  ownCluster,
  plausibleOutputs,
  runProgram,
  type Sections,
} from "../support/program";

/** As with an engine: another keeper is another value. */
const generatedOutputs: FakeOutputs = (registration) => {
  const { type, name, inputs } = registration;
  const value = `${name}-${JSON.stringify(inputs["keepers"] ?? {})}`;
  if (type.startsWith("random:index/randomPassword")) {
    return { result: value, bcryptHash: `hash-${value}` };
  }
  return plausibleOutputs(registration);
};

/** All that is generated in a cluster, and what is given to it. */
const own = {
  ...ownCluster,
  ssh: { userCa: { enabled: true } },
  network: { ...ownCluster.network, domain: "home.example.org" },
  k3s: {
    ...ownCluster.k3s,
    registries: { configs: { "registry.lan": { auth: true } } },
    snapshots: { offHost: { s3: { endpoint: "https://s3.lan", bucket: "copies" } } },
  },
  platform: {
    monitoring: { receivers: [{ name: "chat", type: "telegram", chatId: 1 }], heartbeat: true },
    certManager: {
      email: "me@example.org",
      issuer: "letsencrypt-staging",
      dns01: { provider: "cloudflare" },
    },
  },
} as const satisfies Sections;

const off = { enabled: false };
const nothingInstalled = {
  ...{ traefik: off, certManager: off, monitoring: off, logging: off, argocd: off },
} as const;

/** What only hosts hold needs no workload to be seen. */
const onHostsAlone: Sections = { ...own, platform: nothingInstalled, media: off };

/** Nor do the media apps need hosts, or the platform the media apps. */
const mediaAlone: Sections = {
  ...existingCluster,
  platform: nothingInstalled,
  media: { exporters: { enabled: true } },
};
const platformAlone: Sections = {
  ...existingCluster,
  network: { ...existingCluster.network, domain: "home.example.org" },
  platform: own.platform,
  media: off,
};

const ssh = { host: "nas", user: "c", path: "/c", hostKey: `ssh-ed25519 ${"A".repeat(68)}` };
const bySsh: Sections = { ...ownCluster, k3s: { snapshots: { offHost: { ssh } } } };

const byDeployer: Sections = {
  ...existingCluster,
  cluster: { ...existingCluster.cluster, access: "deployer" },
};

const fromGit = (repository: string): Sections => ({
  ...existingCluster,
  delivery: { by: "argocd", repository, notifications: "ntfy" },
});
const byHttps = fromGit("https://git.lan/home.git");
const byGitSsh = fromGit("git@git.lan:me/home.git");

/** Values that a person gives, each with a word that tells old from new. */
const givenValues = (word: string): Record<string, string> => ({
  ...Object.fromEntries(secretNames.map((name) => [name, `${name}-${word}`])),
  registryCredentials: JSON.stringify({ "registry.lan": { username: "me", password: word } }),
  alertReceivers: JSON.stringify({ chat: { token: word } }),
  heartbeatUrl: `https://hc.example.org/${word}`,
  gitopsNotificationUrl: `https://ntfy.example.org/${word}`,
  kubeconfig: kubeconfig(word),
  deployerKubeconfig: kubeconfig(word),
});

const isGiven = (name: InventoryName): boolean => inventory[name].kind === "given";

function plannedWith(sections: Sections, values: Record<string, string>) {
  const given = Object.entries(values).filter(([name]) => isGiven(name as InventoryName));
  const secrets = Object.fromEntries(given) as Record<string, string>;
  return runProgram(sections, { secrets, outputs: generatedOutputs }).then(({ registrations }) =>
    registrations.filter(({ custom }) => custom),
  );
}

/** The stack with one secret rotated, as the command writes it. */
async function rotated(sections: Sections, name: InventoryName): Promise<readonly Registration[]> {
  const { rotation } = inventory[name];
  const old = givenValues("old");
  const keys = Object.entries(sections).map(([key, value]) => [`bramble:${key}`, value] as const);
  const text = stringify({ config: Object.fromEntries(keys) });
  const edit = (path: string, value: string | number) => {
    const { config } = parse(editStackText(text, { [path]: value })) as { config: Sections };
    const changed = Object.entries(config).map(([key, value]) => [key.slice(8), value] as const);
    return Object.fromEntries(changed) as Sections;
  };
  if (rotation.by === "counter") return plannedWith(edit(rotation.path, 2), old);
  const dated = edit(`secrets.rotated.${name}`, "2026-11-21T10:00:00Z");
  const values = isGiven(name) ? { ...old, [name]: givenValues("new")[name] ?? "" } : old;
  return plannedWith(dated, values);
}

const isMonitoring = ({ type, name }: Registration): boolean =>
  name === "monitoring" && type.endsWith(":Release");

/** Inputs without the alerts: the one on a secret's age knows its date. */
function withoutAlerts(registration: Registration): unknown {
  const { inputs } = registration;
  if (!isMonitoring(registration)) return inputs;
  const { additionalPrometheusRulesMap: _rules, ...values } = inputs["values"] as object & {
    additionalPrometheusRulesMap?: unknown;
  };
  return { ...inputs, values };
}

const difference = (before: readonly Registration[], after: readonly Registration[]): string[] => {
  const known = new Map(before.map((one) => [one.urn, withoutAlerts(one)]));
  const left = new Set(after.map(({ urn }) => urn));
  return [
    ...after.filter((one) => !isDeepStrictEqual(known.get(one.urn), withoutAlerts(one))),
    ...before.filter(({ urn }) => !left.has(urn)),
  ]
    .map(({ name }) => name)
    .sort();
};

const pis = ["pi-1", "pi-2", "pi-3", "pi-4"];
const onHosts = (...suffixes: string[]): string[] =>
  suffixes.flatMap((suffix) => pis.map((host) => `${host}-${suffix}`));
const gates = ["media", "monitoring", "tracing", "traefik"].map((name) => `${name}-gate-users`);

const followed = (item: string): string[] => [
  ...["rotation-baseline", `rotation-${item}`, `rotation-${item}-verified`],
];

function ofApp(app: string, ...more: string[]): readonly [Sections, string[]] {
  const key = app === "qbittorrent" ? "qbittorrent-password" : `${app}-api-key`;
  return [mediaAlone, [key, app, "media-stack-secrets", "media-wiring", ...more]];
}

/** What each rotation touches: the value, what holds it, who uses it; and in which stack it is seen. */
const touched: Partial<Record<InventoryName, readonly [Sections, string[] | "every command"]>> = {
  sshPrivateKey: [own, "every command"],
  kubeconfig: [existingCluster, ["cluster"]],
  deployerKubeconfig: [byDeployer, ["cluster"]],
  registryCredentials: [onHostsAlone, onHosts("registries", "k3s")],
  snapshotS3AccessKey: [own, ["app-backups", ...onHosts("snapshot-s3-access-key")]],
  snapshotS3SecretKey: [own, ["app-backups", ...onHosts("snapshot-s3-secret-key")]],
  snapshotSshKey: [bySsh, ["app-backups", ...onHosts("snapshot-ssh-key")]],
  cloudflareApiToken: [platformAlone, ["cloudflare-api-token"]],
  alertReceivers: [platformAlone, ["alertmanager-receivers"]],
  heartbeatUrl: [platformAlone, ["alertmanager-receivers"]],
  gitRepositoryToken: [byHttps, ["media-repository"]],
  gitRepositorySshKey: [byGitSsh, ["media-repository"]],
  gitopsNotificationUrl: [byHttps, ["argocd-notifications-secret"]],
  gitopsNotificationToken: [byHttps, ["argocd-notifications-secret"]],
  prowlarrApiKey: ofApp("prowlarr", "media-exporters"),
  radarrApiKey: ofApp("radarr", "media-exporters"),
  sonarrApiKey: ofApp("sonarr", "media-exporters"),
  lidarrApiKey: ofApp("lidarr", "media-exporters"),
  sabnzbdApiKey: ofApp("sabnzbd", "media-exporters"),
  overseerrApiKey: ofApp("overseerr"),
  qbittorrentPassword: ofApp("qbittorrent", "media-exporters"),
  mediaLoginPassword: [mediaAlone, ["media-web-login", "media-web-login", "media-wiring"]],
  // The digest of log-ins is keyed with this token, so that agents' commands run as well.
  serverToken: [
    onHostsAlone,
    ["server-token", ...onHosts("k3s"), ...onHosts("server-token").slice(0, 3)],
  ],
  agentToken: [onHostsAlone, ["agent-token", ...onHosts("k3s", "agent-token")]],
  certificates: [
    onHostsAlone,
    ["kubeconfig", ...followed("certificates-2"), ...onHosts("certificates-2")],
  ],
  certificateAuthority: [
    onHostsAlone,
    ["kubeconfig", ...followed("certificate-authority-2"), ...onHosts("certificate-authority-2")],
  ],
  secretsKey: [
    onHostsAlone,
    [...followed("secrets-key-2"), ...onHosts("secrets-key-2").slice(0, 3)],
  ],
  sshAuthority: [onHostsAlone, ["ssh-user-ca-2", ...onHosts("ssh-ca")]],
  grafanaPassword: [platformAlone, ["monitoring-grafana-admin", "grafana-admin", "monitoring"]],
  argoCdPassword: [platformAlone, ["argocd-admin", "argocd-admin-since", "argocd-secret"]],
  ingressPassword: [own, ["ingress-gate", ...gates]],
  appBackupPassword: [
    own,
    [
      ...["app-backups-password-2", "app-backups", "app-configs-verify"],
      ...mediaAppNames.map((app) => `backup-${app}`),
    ],
  ],
};

describe("rotating one secret", () => {
  const plans = new Map<Sections, readonly Registration[]>();
  const planned = async (sections: Sections): Promise<readonly Registration[]> => {
    const known = plans.get(sections) ?? (await plannedWith(sections, givenValues("old")));
    plans.set(sections, known);
    return known;
  };

  for (const name of inventoryNames) {
    const { rotation } = inventory[name];
    if (rotation.by === "never") continue;
    it(`touches nothing but ${name} and who uses it`, async () => {
      const expected = touched[name];
      assert.ok(expected, `say in this table what a rotation of ${name} touches`);
      const [sections, names] = expected;
      const before = await planned(sections);
      const found = difference(before, await rotated(sections, name));
      const wanted =
        names === "every command"
          ? before.filter(({ inputs }) => inputs["connection"] !== undefined).map((one) => one.name)
          : names;
      assert.deepEqual(found, [...wanted].sort());
    });
  }

  it("has no date, and so no keeper of one, where nothing was ever rotated", async () => {
    const kept = (await planned(own))
      .filter(({ inputs }) => inputs["keepers"] !== undefined)
      .map(({ name, inputs }) => [name, inputs["keepers"]] as const);
    const generation = { generation: "1" };
    const apps = ["prowlarr", "radarr", "sonarr", "lidarr", "sabnzbd", "overseerr"];
    const names = [
      ...apps.map((app) => `${app}-api-key`),
      ...["qbittorrent-password", "media-web-login", "ingress-gate"],
    ];
    assert.deepEqual(
      Object.fromEntries(kept),
      Object.fromEntries(names.map((name) => [name, generation])),
    );
    const secret = find(await planned(own), "argocd-secret").inputs["stringData"];
    assert.equal((secret as Record<string, string>)["admin.passwordMtime"], "2026-01-01T00:00:00Z");
    const release = (await planned(own)).find(isMonitoring);
    const grafana = release?.inputs["values"];
    const { podAnnotations } = (grafana as { grafana: { podAnnotations?: object } }).grafana;
    assert.equal(podAnnotations, undefined);
  });

  it("lets the value's holder come before who uses it", async () => {
    const after = await rotated(mediaAlone, "radarrApiKey");
    const one = (name: string, kind: string) =>
      after.find((candidate) => candidate.name === name && candidate.type.endsWith(`:${kind}`));
    const [app, secret] = [one("radarr", "Deployment"), one("media-stack-secrets", "Secret")];
    assert.ok(app !== undefined && secret !== undefined);
    assert.ok(app.dependsOn.includes(secret.urn));
    for (const user of [one("media-wiring", "Job"), one("media-exporters", "Deployment")]) {
      assert.ok(user?.dependsOn.includes(app.urn), user?.name);
    }
    const restarted = await rotated(platformAlone, "grafanaPassword");
    const password = find(restarted, "grafana-admin").urn;
    assert.ok(restarted.find(isMonitoring)?.dependsOn.includes(password));
  });

  it("tells Argo CD when its password was made, not what a date says: it may be wrong, or older", async () => {
    for (const date of ["2026-11-20", "2026-11-20T10:00:00Z"]) {
      const sections = { ...platformAlone, secrets: { rotated: { argoCdPassword: date } } };
      const after = await plannedWith(sections, givenValues("old"));
      assert.deepEqual(find(after, "argocd-admin-since").inputs["keepers"], { rotated: date });
      const { stringData } = find(after, "argocd-secret").inputs as {
        stringData: Record<string, string>;
      };
      assert.equal(stringData["admin.passwordMtime"], "2026-11-21T10:00:01Z");
    }
  });

  it("counts in whole seconds, as sessions do, and never earlier", () => {
    const made = (moment: string) => Date.parse(moment).toString(16).padStart(12, "0");
    const uuid = (hex: string) => `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-0123456789ab`;
    for (const moment of ["2026-11-21T10:00:00.001Z", "2026-11-21T10:00:01Z"]) {
      assert.equal(momentOf(uuid(made(moment))), "2026-11-21T10:00:01Z");
    }
  });
});
