import { strict as assert } from "node:assert";
import { stringify } from "yaml";
import { k3sDirectorySwitch } from "../../../lab/k3s";
import type { ProgramResult } from "../support/run";
import { skipBecause, slow } from "../support/slow";
import { eventually } from "../hosts/observe";
import {
  asRoot,
  converge,
  operator,
  recoveryKeyFile,
  servers,
  sshDestination,
  tryRoot,
  vault,
  vaultDown,
  vaultUp,
} from "./vault";

const [server] = servers;

const metadata = { name: "notes", namespace: "default" };
const labels = { app: "notes" };
const app = [
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata,
    spec: {
      storageClassName: "local-path",
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "notes",
              image: "notes",
              volumeMounts: [{ name: "data", mountPath: "/data" }],
            },
          ],
          volumes: [{ name: "data", persistentVolumeClaim: { claimName: "notes" } }],
        },
      },
    },
  },
];

const kubectl = (words: string) => asRoot(server, `k3s kubectl ${words}`);

/** Looks whether the server could be rebuilt now: the guard that stands before that. */
function guard() {
  return tryRoot(
    server,
    `cd /usr/local/lib/bramble
     bash -c 'source ./lib.sh; source ./volumes.sh; refuse_unsaved_volumes "$1" ""; say free' ./guard ${server}`,
  );
}

describe("local-path volumes leave their host and come back", () => {
  let up: ProgramResult;
  let path: string;

  before(async function () {
    if ((process.env[k3sDirectorySwitch] ?? "") !== "") {
      skipBecause(this, "needs images that only a registry has");
    }
    await vaultUp([server]);
    up = await converge(await sshDestination());
    const text = app.map((object) => stringify(object)).join("---\n");
    await asRoot(server, `k3s kubectl apply -f - <<'OBJECTS'\n${text}OBJECTS`);
    const look = () =>
      kubectl("get persistentvolumes --output 'jsonpath={.items[0].spec.hostPath.path}'");
    path = await eventually(look, (found) => found.startsWith("/"));
    await asRoot(
      server,
      `mkdir -p ${path} && echo 'a secret diary' >${path}/diary && chown 1000:1000 ${path}/diary && chmod 640 ${path}/diary && chmod 777 ${path}`,
    );
  });
  after(vaultDown);

  it("keeps the host from being rebuilt before they are safe", async () => {
    const { code, stderr } = await guard();
    assert.equal(code, 1);
    assert.match(stderr, /volume default\/notes \(.*\) on bramble-1 has no verified backup: run /);
  });

  it("copies them while nothing writes, reads them back, and says so in the cluster", async () => {
    const { code, stdout, stderr } = await operator("backup", "volumes", "--host", server);
    assert.equal(code, 0, `${stdout}${stderr}`);
    assert.match(stdout, /default\/notes on bramble-1: copied and read back/);
    const names = await asRoot(vault, "ls /home/copies/store");
    assert.match(names, /^home\.volume\.bramble-1\.default\.notes\.\d+T\d+Z\.age$/m);
    assert.equal(await asRoot(vault, "grep -l diary /home/copies/store/* || true"), "");
    assert.equal((await guard()).stdout, "free\n");
  });

  it("lets the app run again afterwards, as it did", async () => {
    const replicas = await kubectl("get deployment notes --output 'jsonpath={.spec.replicas}'");
    assert.equal(replicas, "1");
    const notes = await kubectl("get deployment notes --output 'jsonpath={.metadata.annotations}'");
    assert.doesNotMatch(notes, /replicas-before-copy/);
  });

  it("puts them back as they were, and keeps aside what is there", async () => {
    await asRoot(server, `rm ${path}/diary && echo new >${path}/other`);
    const key = recoveryKeyFile(up.registrations);
    const { code, stdout, stderr } = await operator(
      "backup",
      ...["restore-volumes", "--host", server, "--recovery-key", key],
    );
    assert.equal(code, 0, `${stdout}${stderr}`);
    assert.equal(await asRoot(server, `cat ${path}/diary`), "a secret diary\n");
    assert.equal(
      await asRoot(server, `stat -c '%u %a' ${path}/diary ${path}`),
      "1000 640\n0 777\n",
    );
    assert.equal(await asRoot(server, "cat /var/lib/bramble/kept/volumes/*/other"), "new\n");
  });

  slow("leaves what a pod still uses, and says whose it is", async () => {
    const pod = {
      ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "stubborn", namespace: "default" } },
      spec: {
        containers: [{ name: "stubborn", image: "stubborn" }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "notes" } }],
      },
    };
    await asRoot(server, `k3s kubectl apply -f - <<'OBJECTS'\n${stringify(pod)}OBJECTS`);
    const { code, stdout } = await operator("backup", "volumes", "--host", server);
    assert.equal(code, 1);
    assert.match(stdout, /default\/notes on bramble-1 was not copied: pod stubborn still uses it/);
  });
});
