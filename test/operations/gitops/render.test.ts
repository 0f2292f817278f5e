import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deliveredKinds } from "../../../catalogue/deliveredKinds";
import { mediaApps } from "../../../catalogue/apps/media";
import { mediaAppNames } from "../../../catalogue/apps/names";
import { secretNames } from "../../../config/secrets";
import { gitFiles } from "../../../operations/gitops/files";
import { type GitObject, gitObjects } from "../../../operations/gitops/objects";
import { changes, readFiles, renderStack, writeFiles } from "../../../operations/gitops/render";
import { projectDirectory } from "../../../operations/stackFile";
import { matchesGolden } from "../../support/golden";
import { existingCluster, plausibleOutputs, runProgram } from "../../support/program";

/** Files that stand for all: the list, one app, the claims. */
const reviewed = /^(kustomization|radarr\/.*|shared\/persistentvolumeclaim-.*)\.yaml$/;

const syncWave = "argocd.argoproj.io/sync-wave";

describe("operations/gitops/render", () => {
  let files: ReadonlyMap<string, string>;
  let objects: readonly GitObject[];
  const find = (kind: string, name: string) =>
    objects.find((one) => one.kind === kind && one.metadata.name === name);

  before(async () => {
    ({ files, objects } = await renderStack("production", projectDirectory));
  });

  it("writes what was reviewed", () => {
    const shown = [...files].filter(([path]) => reviewed.test(path));
    assert.ok(shown.length > 6);
    for (const [path, text] of shown) matchesGolden(`gitops/production/${path}`, text);
  });

  it("writes the same bytes each time", async () => {
    const again = await renderStack("production", projectDirectory);
    assert.deepEqual([...again.files], [...files]);
  });

  it("lists every file but itself", () => {
    const listed = [...(files.get("kustomization.yaml") ?? "").matchAll(/^ {2}- (.+)$/gm)];
    assert.deepEqual(
      listed.map(([, path]) => path),
      [...files.keys()].filter((path) => path !== "kustomization.yaml"),
    );
  });

  it("has every app whole, in the wave that was asked for, after the claims", () => {
    for (const name of mediaAppNames) {
      const own = objects.filter(({ metadata }) => metadata.labels["app.kubernetes.io/name"] === name);
      for (const kind of ["Deployment", "Service", "ServiceAccount", "NetworkPolicy"]) {
        const found = own.find((one) => one.kind === kind && one.metadata.name === name);
        assert.equal(found?.metadata.annotations[syncWave], String(mediaApps[name].wave), name);
      }
    }
    for (const claim of ["media-storage", "media-configs"]) {
      const { annotations } = find("PersistentVolumeClaim", claim)?.metadata ?? {};
      assert.equal(annotations?.[syncWave], "0");
    }
  });

  it("keeps claims whatever happens to the Application", () => {
    const claims = objects.filter(({ kind }) => kind === "PersistentVolumeClaim");
    assert.ok(claims.length > 1);
    for (const { metadata } of claims) {
      const options = metadata.annotations["argocd.argoproj.io/sync-options"];
      assert.equal(options, "Prune=false,Delete=false");
    }
  });

  it("says who manages each object, and nothing that only Pulumi understands", () => {
    for (const { kind, metadata } of objects) {
      assert.equal(metadata.labels["app.kubernetes.io/managed-by"], "argocd", kind);
    }
    for (const [path, text] of files) assert.doesNotMatch(text, /pulumi\.com\//, path);
  });

  it("delivers nothing but kinds of the table, all in the one namespace", () => {
    for (const { apiVersion, kind, metadata } of objects) {
      const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
      assert.ok(
        deliveredKinds.some((row) => row.group === group && row.kind === kind),
        kind,
      );
      assert.equal(metadata.namespace, "media");
    }
    const forbidden = deliveredKinds.map(({ kind }) => kind);
    for (const kind of ["Secret", "Namespace", "ClusterRole", "Role", "RoleBinding"]) {
      assert.ok(!forbidden.includes(kind), kind);
    }
  });

  it("holds no secret, given or generated, nor a digest of one", async () => {
    const canary = (name: string) => `c4n4ry-${name}`;
    const secrets = Object.fromEntries(
      secretNames
        .filter((name) => /ApiKey$|Password$|plexClaimToken/.test(name))
        .map((name) => [name, canary(name)]),
    );
    const { registrations } = await runProgram(existingCluster, {
      secrets,
      outputs: plausibleOutputs,
    });
    const text = [...gitFiles("home", gitObjects(registrations, "media")).values()].join("\n");
    assert.match(text, /secretKeyRef/);
    const traces = /.*(c4n4ry|generated-|checksum\/secrets|: "?\[(secret|computed)\]).*/.exec(text);
    assert.equal(traces?.[0], undefined);
    for (const name of Object.keys(secrets)) {
      assert.ok(!text.includes(Buffer.from(canary(name)).toString("base64")), name);
    }
  });

  it("is the same before anything is known and when everything is", async () => {
    const texts: [string, string][][] = [];
    for (const options of [{}, { outputs: plausibleOutputs }]) {
      const { registrations } = await runProgram(existingCluster, options);
      texts.push([...gitFiles("home", gitObjects(registrations, "media"))]);
    }
    assert.deepEqual(texts[0], texts[1]);
  });

  it("refuses what cannot stand in Git, and what Argo CD may not bring", async () => {
    const { registrations } = await runProgram(existingCluster);
    const changed = (kind: string, more: object) =>
      registrations.map((one) =>
        one.name === "default-deny" ? { ...one, shown: { ...one.shown, kind, ...more } } : one,
      );
    assert.throws(
      () => gitObjects(changed("NetworkPolicy", { spec: { x: ["[secret]"] } }), "media"),
      /^Error: NetworkPolicy default-deny\.spec\.x\[0\] exists in the state alone/,
    );
    assert.throws(
      () => gitObjects(changed("Secret", { apiVersion: "v1" }), "media"),
      /^Error: Secret default-deny \(v1\) may not be delivered/,
    );
    assert.throws(() => gitObjects(registrations, "other"), /outside of namespace other/);
  });

  it("changes just the files that differ, and takes old ones away", () => {
    const folder = mkdtempSync(join(tmpdir(), "bramble-gitops-"));
    try {
      assert.equal(writeFiles(folder, files).length, files.size);
      assert.deepEqual(writeFiles(folder, files), []);
      const fewer = new Map([...files].filter(([path]) => !path.startsWith("lidarr/")));
      const wanted = new Map(fewer).set("radarr/service.yaml", "changed\n");
      const expected = changes(wanted, readFiles(folder));
      assert.deepEqual(
        expected.filter(({ change }) => change !== "gone"),
        [{ path: "radarr/service.yaml", change: "changed" }],
      );
      assert.ok(expected.some(({ path }) => path === "lidarr/deployment.yaml"));
      assert.deepEqual(writeFiles(folder, wanted), expected);
      assert.deepEqual(readFiles(folder), new Map([...wanted].sort()));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
