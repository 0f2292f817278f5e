import { strict as assert } from "node:assert";
import { skipBecause } from "../support/slow";
import { asRoot, converge, labUp, row, spare, testedK3s, tryOn } from "./lab";
import { readyNodes, runningSince } from "./observe";
import type { ProgramResult } from "../support/run";

const stack = "rotation";

const server = "/var/lib/rancher/k3s/server";

/** One line for each credential of k3s, by which a change of it is seen. */
async function credentials(): Promise<Record<string, string>> {
  const text = await asRoot(
    spare,
    `echo "server-token $(sha256sum </etc/rancher/k3s/server-token)"
     echo "agent-token $(sha256sum </etc/rancher/k3s/agent-token)"
     echo "certificate $(openssl x509 -noout -serial -in ${server}/tls/client-admin.crt)"
     echo "authority $(openssl x509 -noout -fingerprint -in ${server}/tls/server-ca.crt)"
     echo "secrets-key $(k3s secrets-encrypt status 2>/dev/null | awk '$1 == "*" {print $NF}')"`,
  );
  const rows = text.trim().split("\n");
  return Object.fromEntries(rows.map((line) => line.split(/ (.*)/).slice(0, 2))) as Record<
    string,
    string
  >;
}

describe("rotation of k3s's credentials", () => {
  let result: ProgramResult | undefined;
  let skipped: string | undefined;

  before(async () => {
    const { real } = await testedK3s();
    if (!real) {
      skipped =
        "the stand-in has none of k3s's commands for it: set BRAMBLE_K3S_DIRECTORY to the air-gap directory of a real k3s";
      return;
    }
    await labUp();
    result = await converge({ stack, hosts: [row(spare)] });
    await asRoot(spare, "k3s kubectl create secret generic probe --from-literal=word=kept");
  });

  after(async () => {
    if (result !== undefined) {
      await asRoot(spare, "/usr/local/lib/bramble/k3s-teardown.sh teardown --another-cluster yes");
    }
  });

  async function rotate(rotation: object): Promise<ProgramResult> {
    const existing = (result?.registrations ?? []).map(({ name }) => name);
    result = await converge({ stack, hosts: [row(spare)], k3s: { rotation }, existing });
    return result;
  }

  const kept = () =>
    asRoot(spare, "k3s kubectl get secret probe --output 'jsonpath={.data.word}' | base64 -d");

  const cases = [
    ["tokens", { serverToken: 2, agentToken: 2 }, ["server-token", "agent-token"]],
    ["certificates", { serverToken: 2, agentToken: 2, certificates: 2 }, ["certificate"]],
    [
      "authorities",
      { serverToken: 2, agentToken: 2, certificates: 2, certificateAuthority: 2 },
      ["authority"],
    ],
    [
      "the key of Secrets",
      { serverToken: 2, agentToken: 2, certificates: 2, certificateAuthority: 2, secretsKey: 2 },
      ["secrets-key"],
    ],
  ] as const;
  for (const [what, counters, changed] of cases) {
    it(`replaces ${what} of a running cluster, once`, async function () {
      if (skipped !== undefined) skipBecause(this, skipped);
      const before = await credentials();
      await rotate(counters);
      const after = await credentials();
      for (const item of changed) assert.notEqual(after[item], before[item], item);
      const others = ["server-token", "agent-token", "authority", "secrets-key"].filter(
        (item) => !(changed as readonly string[]).includes(item),
      );
      for (const item of others) assert.equal(after[item], before[item], item);
      assert.deepEqual(await readyNodes(spare), [`${spare}*`]);
      assert.equal(await kept(), "kept");

      const since = await runningSince(spare);
      await rotate(counters);
      assert.equal(await runningSince(spare), since);
    });
  }

  it("keeps the old token where only the new one opens it, and shows neither", async function () {
    if (skipped !== undefined) skipBecause(this, skipped);
    const opened = await asRoot(
      spare,
      `cd /var/lib/bramble/kept/tokens
       openssl enc -d -aes-256-cbc -pbkdf2 -iter 200000 -a -in "$(ls | head -n 1)" \\
         -pass file:/etc/rancher/k3s/server-token | wc -c`,
    );
    assert.equal(opened.trim(), "49");
    const token = (await asRoot(spare, "cat /etc/rancher/k3s/server-token")).trim();
    assert.ok(!(result?.log.join("\n") ?? "").includes(token));
    const journal = await tryOn(spare, "sudo journalctl --boot --no-pager --output cat");
    assert.ok(!journal.stdout.includes(token));
  });

  it("starts again by itself after all of it", async function () {
    if (skipped !== undefined) skipBecause(this, skipped);
    await asRoot(spare, "systemctl restart k3s && systemctl restart k3s");
    assert.equal(await kept(), "kept");
  });
});
