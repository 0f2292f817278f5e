import assert from "node:assert/strict";
import { type ResourceValidationArgs, Secret } from "@pulumi/policy";
import { parseConfig } from "../../config/parse";
import { configSchema } from "../../config/schema";
import { enforcementOf } from "../../policy/context";
import { engineResource, secretPathsOf } from "../../policy/engineResource";
import { stackConfig } from "../../policy/stackConfig";

const opts = {
  ...{ protect: false, ignoreChanges: [], aliases: [], additionalSecretOutputs: ["stdout"] },
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
};

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Values as the SDK hands them out: to read one that is not known yet is an error. */
function guarded(props: Record<string, unknown>): Record<string, unknown> {
  return new Proxy(props, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (value === unknown) throw new Error(`${String(name)} can't be known during preview`);
      return value;
    },
  });
}

/** What the engine hands to a policy. */
function handed(props: Record<string, unknown>): ResourceValidationArgs {
  return {
    ...{ type: "command:remote:Command", name: "pi-1", urn: "urn:pi-1", opts },
    props: guarded(props),
    stackTags: new Map<string, string>(),
    isType: () => false,
    asType: () => undefined,
    getConfig: () => ({}) as never,
    notApplicable: (): never => {
      throw new Error("not applicable");
    },
  };
}

describe("the policy pack", () => {
  it("sees all inputs of a resource, also beside those that are not known yet", () => {
    const args = handed({ stdin: unknown, connection: { host: "pi-1", privateKey: unknown } });
    assert.throws(() => args.props["stdin"] as unknown);
    assert.deepEqual(engineResource(args, []).inputs, {
      stdin: unknown,
      connection: { host: "pi-1", privateKey: unknown },
    });
  });

  it("knows which inputs are secret, at any depth", () => {
    const args = handed({
      stdin: new Secret("canary"),
      connection: { privateKey: new Secret("canary") },
      list: [{ value: new Secret({ inner: "canary" }) }],
      create: "run.sh",
    });
    const secrets = secretPathsOf(args);
    assert.deepEqual(secrets, ["stdin", "connection.privateKey", "list[0].value"]);
    const { inputs, additionalSecretOutputs } = engineResource(args, secrets);
    assert.deepEqual(inputs["list"], [{ value: { inner: "canary" } }]);
    assert.deepEqual(additionalSecretOutputs, ["stdout"]);
  });

  it("reads the stack's configuration, less its secrets, as the engine hands it over", () => {
    const config = stackConfig({
      "bramble:policy": '{"level":"advisory","rules":{"host-key":"mandatory"}}',
      "bramble:sshPrivateKey": "canary",
      "other:policy": '{"level":"disabled"}',
    });
    assert.equal(enforcementOf(config, "non-root"), "advisory");
    assert.equal(enforcementOf(config, "host-key"), "mandatory");
    assert.ok(!JSON.stringify(config).includes("canary"));
  });

  it("enforces all rules where a configuration cannot be read: the program refuses it anyway", () => {
    const config = stackConfig({ "bramble:policy": '{"level":"off"}' });
    assert.deepEqual(config, configSchema.parse({}));
    assert.equal(enforcementOf(config, "non-root"), "mandatory");
  });

  it("turns off what a stack turns off", () => {
    const { draft } = parseConfig({ policy: { level: "disabled", rules: { labels: "advisory" } } });
    assert.ok(draft);
    assert.equal(enforcementOf(draft, "non-root"), "disabled");
    assert.equal(enforcementOf(draft, "labels"), "advisory");
  });
});
