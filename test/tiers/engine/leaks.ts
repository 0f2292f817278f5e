import { readFileSync } from "node:fs";
import { onHost, sshCommand, sshKeyPath } from "../../../lab/hosts";
import { type Canaries, canary } from "../../support/canaries";
import type { Place } from "../../support/searchPlaces";
import { finish } from "../support/finish";
import { journalFields } from "../support/secretFiles";
import { lab, type Workspace } from "./pulumi";

const hosts = ["bramble-1", "bramble-3", "bramble-4"];

const password = canary("registryCredentials");

/** What the stack is given beside the secrets that a cluster cannot do without. */
export const givenSecrets = {
  plexClaimToken: canary("plexClaimToken"),
  radarrApiKey: canary("radarrApiKey"),
  registryCredentials: JSON.stringify({ "registry.lan": { username: "me", password } }),
} as const;

/** Every secret of the stack as it is: given ones, and all that the state keeps encrypted. */
export async function secretsOf(workspace: Workspace): Promise<Canaries> {
  const { said } = await workspace.secretly(["stack", "export", "--show-secrets"]);
  const found: Record<string, string> = {
    plexClaimToken: givenSecrets.plexClaimToken,
    radarrApiKey: givenSecrets.radarrApiKey,
    registryCredentials: password,
  };
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    const { plaintext } = value as { plaintext?: unknown };
    if (typeof plaintext === "string") {
      const text: unknown = JSON.parse(plaintext);
      if (typeof text === "string" && isSecret(text)) found[path] = text;
      return;
    }
    for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
  };
  const { deployment } = JSON.parse(said) as {
    deployment: { resources: { urn: string; outputs?: unknown; inputs?: unknown }[] };
  };
  for (const { urn, inputs, outputs } of deployment.resources) {
    visit({ inputs, outputs }, urn.split("::").at(-1) ?? urn);
  }
  found["sshPrivateKey"] = readFileSync(sshKeyPath(lab), "utf8");
  const kubeconfig = await onHost(lab, "bramble-1", "sudo cat /etc/rancher/k3s/k3s.yaml");
  found["clientKey"] = /client-key-data: (\S+)/.exec(kubeconfig)?.[1] ?? "";
  return found;
}

/** Long texts are marked as a whole when a part of them is secret: files, scripts, kubeconfigs. */
function isSecret(text: string): boolean {
  return /^-----BEGIN [A-Z ]*PRIVATE KEY/.test(text) || /^\S{16,}\n?$/.test(text);
}

/** A run that had to fail, and what it had to say. */
interface Failed {
  readonly name: string;
  readonly said: string;
  readonly wants: RegExp;
}

/** Runs that fail in every way that shows more than a run that does not. */
export async function failedRuns(
  workspace: Workspace,
  values: Readonly<Record<string, unknown>>,
): Promise<Failed[]> {
  const up = ["up", "--yes", "--skip-preview"];
  const wrong = await workspace.tryRun(["preview"], {
    variables: { PULUMI_CONFIG_PASSPHRASE: "wrong", PULUMI_CONFIG_PASSPHRASE_FILE: undefined },
  });

  const k3s = JSON.parse(String(values["bramble:k3s"])) as object;
  const set = (input: string) =>
    workspace.tryRun(["config", "set", "--secret", "registryCredentials"], { input });
  await set(`{"${password}`);
  const malformed = await workspace.tryRun(up);
  await set(givenSecrets.registryCredentials);

  // A script fails after it was given its input: the file that it would write is a folder.
  const folder = "/etc/bramble/k3s/config.yaml";
  await onHost(lab, "bramble-1", `sudo mv ${folder} ${folder}.kept && sudo mkdir -p ${folder}/in`);
  workspace.configure({ "bramble:k3s": { ...k3s, snapshots: { retention: 21 } } });
  const script = await workspace.tryRun(up);
  await onHost(lab, "bramble-1", `sudo rm -r ${folder} && sudo mv ${folder}.kept ${folder}`);
  const again = await workspace.tryRun(up);
  return [
    { name: "a wrong passphrase", said: wrong.said, wants: /incorrect passphrase|passphrase/ },
    { name: "a malformed secret", said: malformed.said, wants: /registryCredentials: is not JSON/ },
    { name: "a failing script", said: script.said, wants: /bramble-1-config/ },
    { name: "the run after it", said: again.said, wants: /Resources|unchanged|updated/ },
  ];
}

/** What users of hosts can see: journals, processes, and every file that all may read. */
export async function hostPlaces(): Promise<Place[]> {
  const looks: readonly [string, string, string | RegExp][] = [
    ["the journal", `sudo journalctl ${journalFields}`, "k3s"],
    ["processes", "ps axww -o args", "k3s"],
    [
      "files that all may read",
      "sudo find / -xdev -type f -perm -o=r -not -path '/usr/*' -not -path '/proc/*' -not -path '/sys/*' -size -1M -newer /etc/hostname -print -exec cat {} + 2>/dev/null",
      "/",
    ],
    [
      "/tmp",
      "sudo find /tmp /var/tmp /dev/shm -type f -print -exec cat {} +; echo looked",
      "looked",
    ],
  ];
  return Promise.all(
    hosts.flatMap((name) =>
      looks.map(async ([what, command, holds]) => ({
        ...{ name: `${what} of ${name}`, holds },
        text: (await finish(sshCommand(lab, name, command), "")).stdout,
      })),
    ),
  );
}
