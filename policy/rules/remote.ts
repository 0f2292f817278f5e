import { secretForm } from "../../catalogue/secretForms";
import { fieldsOf, isSet, isUnknown, type Resource, textOf } from "../resource";
import { judged, type Judgement, type Rule, textsIn } from "../rule";

const commandTypes = ["command:remote:Command", "command:local:Command"];

const isCommand = ({ type }: Resource): boolean => commandTypes.includes(type);
const isRemote = ({ type }: Resource): boolean => type.startsWith("command:remote:");

/** The input a path begins in: `connection` of `connection.privateKey`. */
const inputOf = (path: string): string => path.split(/[.[]/)[0] ?? "";

const printed = ["stdout", "stderr"];

export const commandLogging: Rule = {
  title: "Commands that carry a secret log nothing",
  reason: "What a command prints reaches the console and the engine's log, secret or not.",
  mend: "Call remoteScript with `secret: true`: no logging, and its outputs are secret.",
  scope: "resource",
  charts: false,
  judge: (resource) => {
    if (!isCommand(resource)) return [];
    const { secretInputs, additionalSecretOutputs, inputs } = resource;
    const takes = secretInputs.some((path) => inputOf(path) !== "connection");
    const gives = additionalSecretOutputs.some((name) => printed.includes(name));
    if (!takes && !gives) return [];
    const plain = printed.filter((name) => !additionalSecretOutputs.includes(name));
    return [
      judged("logging", inputs["logging"] === "none", "it logs what it prints"),
      judged("", plain.length === 0, `its ${plain.join(" and ")} would be plain text in the state`),
    ];
  },
};

const shownInputs = ["create", "update", "delete", "environment", "triggers"];

export const commandSecrets: Rule = {
  title: "The text of commands holds no secret",
  reason: "It shows in the host's process list, and a failing command is printed whole.",
  mend: "Send the secret by `stdin`.",
  scope: "resource",
  charts: false,
  judge: (resource) => {
    if (!isCommand(resource)) return [];
    const { secretInputs, inputs } = resource;
    return shownInputs
      .filter((name) => isSet(inputs[name]))
      .map((name): Judgement => {
        const marked = secretInputs.some((path) => inputOf(path) === name);
        const form = textsIn(inputs[name], name)
          .map(([, text]) => secretForm(text, "policy"))
          .find((found) => found !== undefined);
        return judged(name, !marked && form === undefined, `it holds ${form ?? "a secret output"}`);
      });
  },
};

export const commandTriggers: Rule = {
  title: "Commands that undo something are never replaced",
  reason: "A trigger replaces: the new one runs first, then the old one's `delete` tears it down.",
  mend: "Drop `triggers`; put what has to cause a run into the text of `create`.",
  scope: "resource",
  charts: false,
  judge: (resource) => {
    if (!isCommand(resource) || !isSet(resource.inputs["delete"])) return [];
    const { triggers } = resource.inputs;
    const hasNone = !isSet(triggers) || (Array.isArray(triggers) && triggers.length === 0);
    return [judged("triggers", hasNone, "it has triggers")];
  },
};

function keyJudgement(path: string, connection: unknown): Judgement {
  const { hostKey } = fieldsOf(connection);
  const isPinned =
    [connection, hostKey].some(isUnknown) ||
    /^(ssh|ecdsa|sk)-[\w@.-]+ AAAA\S+/.test(textOf(hostKey));
  const isRsa = textOf(hostKey).startsWith("ssh-rsa ");
  const wrong = isRsa ? "an RSA key is refused by today's sshd" : "any key would be accepted";
  return judged(`${path}.hostKey`, isPinned && !isRsa, wrong);
}

export const hostKey: Rule = {
  title: "Hosts prove who they are by a pinned key",
  reason: "Without a pin whoever takes the host's address is given tokens and runs as root.",
  mend: "`npm run hosts -- <stack> trust` reads the keys and writes them to the stack's file.",
  scope: "resource",
  charts: false,
  judge: (resource) => {
    if (!isRemote(resource)) return [];
    const { connection } = resource.inputs;
    const { proxy } = fieldsOf(connection);
    return [
      keyJudgement("connection", connection),
      ...(isSet(proxy) ? [keyJudgement("connection.proxy", proxy)] : []),
    ];
  },
};
