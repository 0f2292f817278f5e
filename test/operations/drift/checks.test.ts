import assert from "node:assert/strict";
import {
  type HostCheck,
  hostChecks,
  renderChecks,
  wantedCluster,
} from "../../../operations/drift/checks";
import type { Registration } from "../../../operations/inprocess/run";
import { shownAs } from "../../../operations/inprocess/values";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const scripts = "/usr/local/lib/bramble";

function registration(changes: Partial<Registration>): Registration {
  return {
    urn: `urn:pulumi:home::bramble::command:remote:Command::${changes.name ?? "x"}`,
    ...{ type: "command:remote:Command", name: "x", custom: true },
    ...{ parent: undefined, provider: undefined, deletedWith: undefined },
    ...{ dependsOn: [], inputs: {}, shown: {}, secretInputs: [], additionalSecretOutputs: [] },
    protect: false,
    retainOnDelete: false,
    ...changes,
  };
}

function command(name: string, create: string, more: Partial<Registration> = {}): Registration {
  const connection = { host: "10.0.0.1" };
  const { inputs, ...rest } = more;
  return registration({ name, inputs: { connection, create, ...inputs }, ...rest });
}

const password = "urn:pulumi:home::bramble::random:index/randomPassword:RandomPassword::token";
const uuid =
  "urn:pulumi:home::bramble::bramble:k3s:K3sIdentity$random:index/randomUuid:RandomUuid::cluster-id";

function looks(registrations: readonly Registration[]): (readonly [string, HostCheck["look"]])[] {
  return hostChecks(registrations).checks.map(({ name, look }) => [name, look]);
}

describe("operations/drift/checks", () => {
  it("looks at a file by the script that writes it, with its content", () => {
    const create = `sudo -n timeout --kill-after=10 60 ${scripts}/file.sh converge --path /etc/x --mode 0600 # 0123`;
    assert.deepEqual(looks([command("config", create, { inputs: { stdin: "a: 1\n" } })]), [
      [
        "config",
        {
          ...{ kind: "run", script: "file.sh", input: { text: "a: 1\n" } },
          args: ["check", "--path", "/etc/x", "--mode", "0600"],
        },
      ],
    ]);
  });

  it("never sends what is secret: of such a file only that it is there is looked at", () => {
    const create = `${scripts}/file.sh converge --path /etc/token --mode 0600`;
    const wanted = { kind: "secret", path: "/etc/token", mode: "600" };
    const drawn = command("drawn", create, { inputs: { stdin: unknown }, dependsOn: [password] });
    const given = command("given", create, {
      inputs: { stdin: "hunter2" },
      secretInputs: ["stdin"],
    });
    assert.deepEqual(looks([drawn, given]), [
      ["drawn", wanted],
      ["given", wanted],
    ]);
    assert.ok(!renderChecks(hostChecks([drawn, given]).checks).includes("hunter2"));
    const other = command("other", `${scripts}/s3.sh converge`, {
      inputs: { stdin: "hunter2" },
      secretInputs: ["stdin"],
    });
    const { checks, uncompared } = hostChecks([other]);
    assert.deepEqual([checks.length, uncompared.map(({ name }) => name)], [0, ["other"]]);
  });

  it("takes the host's own word for the cluster's id", () => {
    const create = `${scripts}/k3s.sh converge --role server`;
    const k3s = command("k3s", create, { inputs: { stdin: unknown }, dependsOn: [uuid] });
    const args = ["check", "--role", "server"];
    const input = "own cluster id";
    assert.deepEqual(looks([k3s]), [["k3s", { kind: "run", script: "k3s.sh", args, input }]]);
  });

  it("leaves alone what only does something, and heals nothing that would be torn down by it", () => {
    const none = command("membership", `${scripts}/k3s-node.sh none`);
    const torn = command("torn", `${scripts}/x.sh converge`, { inputs: { delete: "rm" } });
    const { checks } = hostChecks([none, torn]);
    assert.deepEqual(
      checks.map(({ name, urn }) => [name, urn]),
      [["torn", undefined]],
    );
  });

  it("keeps empty arguments and those with spaces on their way to the host", () => {
    const create = `${scripts}/k3s.sh converge --peers 'a b' --last ''`;
    const text = renderChecks(hostChecks([command("k3s", create)]).checks);
    assert.equal(text, "run|0|=|k3s.sh|check|--peers|a b|--last||\n".replaceAll("|", "\x1f"));
  });

  it("asks of a Secret just its keys, those that pods read among them", () => {
    const secret = registration({
      ...{ type: "kubernetes:core/v1:Secret", name: "s" },
      inputs: { stringData: { own: "hunter2" } },
      shown: {
        ...{ apiVersion: "v1", kind: "Secret", stringData: shownAs.secret },
        metadata: { name: "s", namespace: "media" },
      },
    });
    const env = [{ name: "KEY", valueFrom: { secretKeyRef: { name: "s", key: "read" } } }];
    const shown = {
      ...{ apiVersion: "apps/v1", kind: "Deployment" },
      metadata: { name: "d", namespace: "media", annotations: { sum: shownAs.unknown } },
      spec: { env, list: [1, shownAs.secret] },
    };
    const app = registration({ type: "kubernetes:apps/v1:Deployment", name: "d", shown });
    const { objects, secrets } = wantedCluster([secret, app]);
    assert.deepEqual(
      secrets.map(({ name, namespace, keys }) => [name, namespace, keys]),
      [["s", "media", ["own", "read"]]],
    );
    assert.deepEqual(objects[0]?.body, {
      ...{ apiVersion: "apps/v1", kind: "Deployment" },
      metadata: { name: "d", namespace: "media", annotations: {} },
      spec: { env },
    });
  });
});
