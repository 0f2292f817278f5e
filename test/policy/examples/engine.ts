import type { PolicyRuleId } from "../../../catalogue/policyRules";
import {
  type Examples,
  deployment,
  command,
  release,
  resource,
  hosted,
  key,
  pem,
  unknown,
} from "./builders";

/** Examples of rules about releases, hosts and the engine. */
export const engineExamples = {
  "release-secrets": {
    well: [
      release({ values: { admin: { existingSecret: "admin" }, passwordKey: "password" } }),
      // The provider fills in what is not set.
      release({ repositoryOpts: { repo: "https://a.lan", password: "" } }),
    ],
    wrong: [
      [release({ values: { adminPassword: "canary" } }), "the value of a secret"],
      [release({ values: { config: pem } }), "a private key"],
      [
        release({ values: { env: [{ name: "DB_PASSWORD", value: "canary" }] } }),
        "the value of a secret",
      ],
      [release({ repositoryOpts: { password: "canary" } }), "the value of a secret"],
      [release({ values: { a: "x" } }, { secretInputs: ["values.a"] }), "a secret output"],
    ],
    other: deployment(),
  },
  unprotected: {
    well: [deployment(), command({})],
    wrong: [[deployment(undefined, undefined, { protect: true }), "it is protected"]],
    other: deployment(),
  },
  "command-logging": {
    well: [
      command(
        { logging: "none", stdin: "canary" },
        { secretInputs: ["stdin"], additionalSecretOutputs: ["stdout", "stderr"] },
      ),
    ],
    wrong: [
      [
        command(
          { logging: "stderr", stdin: "canary" },
          { secretInputs: ["stdin"], additionalSecretOutputs: ["stdout", "stderr"] },
        ),
        "it logs what it prints",
      ],
      [
        command({ logging: "none" }, { secretInputs: ["environment.TOKEN"] }),
        "its stdout and stderr would be plain text in the state",
      ],
    ],
    other: command({ logging: "stdoutAndStderr" }, { secretInputs: ["connection.privateKey"] }),
  },
  "command-secrets": {
    well: [command({ create: "run.sh", stdin: "canary" }, { secretInputs: ["stdin"] })],
    wrong: [
      [
        command({ create: "run.sh canary" }, { secretInputs: ["create"] }),
        "it holds a secret output",
      ],
      [
        command(
          { create: "x", environment: { TOKEN: "y" } },
          { secretInputs: ["environment.TOKEN"] },
        ),
        "it holds a secret output",
      ],
      [resource("command:local:Command", { create: pem }), "it holds a private key"],
      [command({ update: "curl https://me:canary@host" }), "it holds a password in a URL"],
    ],
    other: deployment(),
  },
  "command-triggers": {
    well: [
      command({ create: "a", delete: "b" }),
      command({ create: "a", delete: "b", triggers: [] }),
    ],
    wrong: [[command({ create: "a", delete: "b", triggers: ["c"] }), "it has triggers"]],
    other: command({ create: "a", triggers: ["c"] }),
  },
  "host-key": {
    well: [
      hosted(key),
      hosted(`${key} root@pi-1`),
      hosted(key, { hostKey: key }),
      hosted(unknown),
      command({ connection: unknown }),
      command({ connection: { host: "pi-1", hostKey: key, proxy: null } }),
    ],
    wrong: [
      [hosted(), "any key would be accepted"],
      [hosted("no key"), "any key would be accepted"],
      [hosted("AAAAC3NzaC1lZDI1NTE5"), "any key would be accepted"],
      [hosted("ssh-rsa AAAAB3"), "an RSA key is refused by today's sshd"],
      [hosted(key, { host: "gate" }), "any key would be accepted"],
    ],
    other: deployment(),
  },
  "release-pinned": {
    well: [
      release({ version: "1.2.3", chart: "oci://registry.lan/app" }),
      release({ version: "v1.2.3-rc.1", chart: "app", repositoryOpts: { repo: "https://a.lan" } }),
      release({ version: "1.2.3", chart: "/srv/charts/app-1.2.3.tgz" }),
    ],
    wrong: [
      [release({ chart: "oci://registry.lan/app" }), "no version is not one version"],
      [release({ version: "^1.2.0", chart: "oci://a/app" }), "^1.2.0 is not one version"],
      [
        resource("kubernetes:helm.sh/v4:Chart", { chart: "oci://a/app" }),
        "no version is not one version",
      ],
      [release({ version: "1.2.3", chart: "app" }), "app comes from no named repository"],
    ],
    other: deployment(),
  },
} satisfies Partial<Record<PolicyRuleId, Examples>>;
