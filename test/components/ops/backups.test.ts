import assert from "node:assert/strict";
import {
  renderBackup,
  renderConfigMap,
  renderExport,
  renderNetworkPolicy,
  renderRestore,
  renderServiceAccount,
  renderVerify,
} from "../../../components/ops/backups/render";
import { repositoryAt } from "../../../components/ops/backups/repository";
import type { AppBackupSettings } from "../../../components/ops/backups/settings";
import { configSchema } from "../../../config/schema";
import { appBackupSettings } from "../../../stacks/appBackups";
import { matchesGoldenYaml } from "../../support/golden";
import { ownCluster } from "../../support/program";

const s3 = { endpoint: "https://s3.example.org", bucket: "bramble", prefix: "home" };
const ssh = {
  host: "nas.lan",
  port: 2222,
  user: "copies",
  path: "/copies",
  hostKey:
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur7YM/B0qGzLR1adv/wG0luKPtG8OFi/Enp394tz0b me@nas",
};
const nfs = { server: "nas.lan", path: "/export/copies" };

function settingsFor(ops: object, more: object = {}): AppBackupSettings | undefined {
  return appBackupSettings(
    configSchema.parse({ ...ownCluster, ops: { appBackups: ops }, ...more }),
  );
}

function wanted(ops: object, more?: object): AppBackupSettings {
  return settingsFor(ops, more) ?? assert.fail("no copies");
}

describe("copies of the apps' configurations", () => {
  it("are made by the reviewed objects", () => {
    const settings = wanted({ ssh });
    const [prowlarr] = settings.apps;
    assert.ok(prowlarr);
    matchesGoldenYaml("ops/app-backups.yaml", [
      renderServiceAccount(settings),
      renderNetworkPolicy(settings),
      renderBackup(settings, prowlarr, 0),
      renderVerify(settings),
      renderRestore(settings, "prowlarr", "latest", "restore-prowlarr"),
    ]);
    matchesGoldenYaml("ops/app-backups-export.yaml", renderExport(wanted({ nfs })));
  });

  it("go nowhere unless a place is named, here or for snapshots", () => {
    assert.equal(settingsFor({}), undefined);
    assert.equal(settingsFor({ nfs, enabled: false }), undefined);
    assert.equal(settingsFor({ nfs }, { media: { enabled: false } }), undefined);
    const k3s = { ...ownCluster.k3s, snapshots: { offHost: { nfs } } };
    assert.equal(wanted({}, { k3s }).repository.nfs?.server, "nas.lan");
    assert.ok(wanted({ s3 }, { k3s }).repository.location.startsWith("s3:"), "the nearer one wins");
  });

  it("lie in a repository of the cluster's own", () => {
    assert.equal(
      repositoryAt({ kind: "s3", region: "eu-1", pathStyle: true, ...s3 }, "home").location,
      "s3:https://s3.example.org/bramble/home/app-configs/home",
    );
    const bySsh = repositoryAt({ kind: "ssh", ...ssh }, "home");
    assert.equal(bySsh.location, "sftp:copies:/copies/app-configs/home");
    assert.match(bySsh.ssh?.config ?? "", /Port 2222\n/);
    assert.match(bySsh.ssh?.config ?? "", /StrictHostKeyChecking yes/);
    assert.match(bySsh.ssh?.knownHosts ?? "", /^copies ssh-ed25519 \S+\n$/);
  });

  it("open with the password of before as well, until a job has replaced it", () => {
    const itemsOf = (rotation: number) => {
      const { spec } = renderVerify(wanted({ s3, rotation })).spec.jobTemplate.spec.template;
      const mounted = spec.volumes.find(({ name }) => name === "secrets")?.secret;
      return mounted !== undefined && "items" in mounted ? mounted.items : undefined;
    };
    assert.deepEqual(itemsOf(1), [{ key: "password", path: "password" }]);
    assert.deepEqual(itemsOf(3), [
      { key: "password-3", path: "password" },
      { key: "password-2", path: "former-2" },
      { key: "password", path: "former-1" },
    ]);
  });

  it("are made beside the app, since locks in shared memory end at the node", () => {
    const settings = wanted({ s3 });
    settings.apps.forEach((app, index) => {
      const { spec } = renderBackup(settings, app, index).spec.jobTemplate.spec.template;
      const [rule] = spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution;
      assert.equal(rule?.labelSelector.matchLabels["app.kubernetes.io/name"], app.row.name);
    });
  });

  it("follow one another, so that none waits for another's lock", () => {
    const settings = wanted({ s3, hour: 23 });
    const times = settings.apps.map(
      (app, index) => renderBackup(settings, app, index).spec.schedule,
    );
    assert.deepEqual(times.slice(0, 2), ["0 23 * * *", "5 23 * * *"]);
    assert.equal(new Set(times).size, settings.apps.length);
    assert.equal(renderVerify(settings).spec.schedule, "40 0 * * 0");
  });

  it("tell no secret: it stays behind references", () => {
    const settings = wanted({ s3 });
    const [app] = settings.apps;
    assert.ok(app);
    const text = JSON.stringify(renderBackup(settings, app, 0));
    assert.match(
      text,
      /"AWS_SECRET_ACCESS_KEY","valueFrom":\{"secretKeyRef":\{"name":"app-backups"/,
    );
    assert.match(text, /"RESTIC_PASSWORD_FILE","value":"\/secrets\/password"/);
    assert.doesNotMatch(text, /"(RESTIC_PASSWORD|AWS_[A-Z_]*KEY[A-Z_]*)","value":/);
    assert.doesNotMatch(JSON.stringify(renderConfigMap(settings)), /PRIVATE KEY/);
  });

  it("may call the store and nothing else", () => {
    const [dns, store, ...more] = renderNetworkPolicy(wanted({ ssh })).spec.egress;
    assert.ok(dns);
    assert.deepEqual(store, { ports: [{ port: 2222, protocol: "TCP" }] });
    assert.equal(more.length, 0);
    assert.deepEqual(renderNetworkPolicy(wanted({ nfs })).spec.egress, []);
  });
});
