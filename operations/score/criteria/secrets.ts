import { mediaSecretKeys, mediaSecrets } from "../../../catalogue/apps/mediaSecrets";
import type { Criterion } from "../score";
import type { Subject } from "../subject";
import { named, saysNothing, share, whether } from "../verdicts";

const category = "secrets";

interface Variable {
  readonly name?: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

/** Words in a variable's name that tell of a secret. */
const secretName = /(^|_)(KEY|APIKEY|TOKEN|PASSWORD|SECRET|CLAIM)$/;

function secretVariables({
  containers,
}: Subject): { readonly name: string; readonly literal: boolean }[] {
  return containers.flatMap(({ name, container }) =>
    ((container.env ?? []) as readonly Variable[])
      .filter((variable) => secretName.test(variable.name ?? ""))
      .map((variable) => ({
        name: `${name} ${variable.name ?? ""}`,
        literal: variable.valueFrom === undefined,
      })),
  );
}

/** Where secrets are, and who sees them. */
export const secretCriteria: readonly Criterion<Subject>[] = [
  {
    ...{ id: "nothing-in-clear", category, points: 4 },
    wish: "No secret of the stack's file is in clear",
    judge: ({ clearSecrets }) =>
      whether(
        clearSecrets.length === 0,
        "none is in clear",
        `in clear: ${clearSecrets.join(", ")}`,
      ),
  },
  {
    ...{ id: "git-history", category, points: 3 },
    wish: "No secret was ever committed to Git",
    judge: ({ history }) =>
      history === undefined
        ? saysNothing("this is no whole copy of a Git repository")
        : whether(
            history.length === 0,
            "npm run scan -- --history finds none",
            `make anew what is in Git: ${named(history)}`,
          ),
  },
  {
    ...{ id: "by-reference", category, points: 3 },
    wish: "Containers get each key and password by secretKeyRef",
    judge: (subject) =>
      share(
        "secret variables",
        secretVariables(subject),
        ({ name }) => name,
        ({ literal }) => !literal,
      ),
  },
  {
    ...{ id: "media-secret", category, points: 2 },
    wish: "The media Secret has every key that is not for a person to fetch",
    judge: ({ config: { media }, secrets }) => {
      if (!media.enabled) return saysNothing("the media stack is off");
      const found = secrets.find(({ name }) => name === "media-stack-secrets");
      return share(
        "keys",
        mediaSecretKeys.filter((key) => mediaSecrets[key].generated !== "never"),
        (key) => key,
        (key) => found?.keys.includes(key) === true,
      );
    },
  },
  {
    ...{ id: "encrypted-in-etcd", category, points: 2 },
    wish: "The API server encrypts Secrets before they reach etcd",
    judge: ({ config: { cluster, hosts }, encrypting }) =>
      cluster.source === "existing"
        ? saysNothing("the cluster's own affair")
        : share(
            "servers",
            hosts.filter(({ role, state }) => role === "server" && state === "present"),
            ({ name }) => name,
            ({ address }) => encrypting.has(address),
          ),
  },
  {
    ...{ id: "pinned-hosts", category, points: 2 },
    wish: "Each host's SSH key is pinned, so that a key is sent to no other machine",
    judge: ({ config: { cluster, hosts } }) =>
      cluster.source === "existing"
        ? saysNothing("no SSH")
        : share(
            "hosts",
            hosts.filter(({ state }) => state === "present"),
            ({ name }) => name,
            ({ hostKey }) => hostKey !== undefined,
          ),
  },
];
