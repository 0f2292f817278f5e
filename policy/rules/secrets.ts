import { secretForm } from "../../catalogue/secretForms";
import { type Container, containerName, containersOf, podsOf } from "../pods";
import {
  fieldsOf,
  isUnknown,
  type KubernetesObject,
  listOf,
  objectOf,
  type Resource,
  textOf,
  textsOf,
} from "../resource";
import { chartTypes } from "./releases";
import { judged, type Judgement, type Rule, textsIn } from "../rule";
import { assignedSecret, isSecretName, mayBeSecret, optionSecret } from "../secretTexts";

/** Whether the input at a path is marked secret, or is part of one that is. */
export function isMarked({ secretInputs }: Resource, path: string): boolean {
  return secretInputs.some(
    (secret) => path === secret || path.startsWith(`${secret}.`) || path.startsWith(`${secret}[`),
  );
}

/** What of a container names commands and requests. */
const spoken = [
  ...["command", "args", "lifecycle"],
  ...["livenessProbe", "readinessProbe", "startupProbe"],
];

/** Headers of a container's probes: they stand in the pod's text like everything else. */
function headerJudgements({ container, path }: Container): Judgement[] {
  return spoken.flatMap((key) =>
    listOf(fieldsOf(fieldsOf(container[key])["httpGet"])["httpHeaders"]).map(
      ({ name, value }, index) => {
        const header = textOf(name);
        const isLogin = /^(proxy-)?authorization$/i.test(header) || isSecretName(header);
        return judged(
          `${path}.${key}.httpGet.httpHeaders[${String(index)}]`,
          !isLogin || !mayBeSecret(textOf(value)),
          `${key} sends ${header} as text`,
        );
      },
    ),
  );
}

export const literalSecret: Rule = {
  title: "Containers get secrets by reference",
  reason:
    "A value in the pod's text shows to all who may read pods, in Git and in `kubectl describe`.",
  mend: "Put the value in a Secret and name it by `valueFrom.secretKeyRef`, or mount it.",
  scope: "resource",
  charts: true,
  judge: (resource) =>
    containersOf(resource).flatMap((one) => {
      const environment = listOf(one.container["env"]).flatMap(
        ({ name, value }, index): Judgement[] => {
          if (value === undefined) return [];
          const path = `${one.path}.env[${String(index)}].value`;
          const form = secretForm(textOf(value), "policy");
          const isNamed = isSecretName(textOf(name)) && mayBeSecret(textOf(value));
          const isWell = form === undefined && !isNamed && !isMarked(resource, path);
          const what = `${containerName(one)} is given ${textOf(name)} as text`;
          return [judged(path, isWell, form === undefined ? what : `${what}: ${form}`)];
        },
      );
      const words = spoken.flatMap((key) =>
        textsIn(one.container[key], `${one.path}.${key}`).map(([path, text]) => {
          const form = secretForm(text, "policy");
          const isWell = form === undefined && !isMarked(resource, path);
          return judged(path, isWell, `${containerName(one)} is called with ${form ?? "a secret"}`);
        }),
      );
      const { command, args } = one.container;
      const option = optionSecret([...textsOf(command), ...textsOf(args)]);
      const given = `${containerName(one)} is called with a value for ${option ?? ""}`;
      return [
        ...environment,
        ...words,
        ...headerJudgements(one),
        judged(`${one.path}.args`, option === undefined, given),
      ];
    }),
};

/** Files of programs assign to names as well; their values are expressions. */
const programs = /\.(ts|js|mjs|sh|py|tmpl)$/;

function heldIn(key: string, text: string): string | undefined {
  const form = secretForm(text, "policy");
  if (form !== undefined) return form;
  if (isSecretName(key) && mayBeSecret(text)) return "a value by its name";
  const name = programs.test(key) ? undefined : assignedSecret(text);
  return name === undefined ? undefined : `a value for ${name}`;
}

/** Annotations of an object: `kubectl describe` shows them to all who may look at it. */
function annotationJudgements(
  resource: Resource,
  { annotations }: KubernetesObject,
): readonly Judgement[] {
  return Object.entries(annotations).map(([key, value]) => {
    const path = `metadata.annotations["${key}"]`;
    const isSecret = ["metadata", "metadata.annotations"].some((part) => isMarked(resource, part));
    const marked = isSecret || isMarked(resource, path) ? "a secret output" : undefined;
    const found = marked ?? secretForm(textOf(value), "policy");
    return judged(path, found === undefined, `it holds ${found ?? ""}`);
  });
}

/** Forms of secrets in what is no pod: a custom resource is not encrypted in etcd either. */
function specJudgements(resource: Resource, { kind, body }: KubernetesObject): Judgement[] {
  if (kind === "CustomResourceDefinition" || podsOf(resource).length > 0) return [];
  return textsIn(body["spec"], "spec").flatMap(([path, text]) => {
    const form = secretForm(text, "policy");
    return form === undefined ? [] : [judged(path, false, `it holds ${form}`)];
  });
}

export const configMapSecret: Rule = {
  title: "ConfigMaps, annotations and custom resources hold no secrets",
  reason: "They are not encrypted in etcd, and far more may read them than Secrets.",
  mend: "Move the value to a Secret; have the file read it from the environment or another file.",
  scope: "resource",
  charts: true,
  judge: (resource) => {
    const object = objectOf(resource);
    if (object === undefined) return [];
    const annotations = annotationJudgements(resource, object);
    if (object.kind !== "ConfigMap") return [...annotations, ...specJudgements(resource, object)];
    const files = [
      ...Object.entries(fieldsOf(object.body["data"])).map(
        ([key, value]) => ["data", key, textOf(value)] as const,
      ),
      ...Object.entries(fieldsOf(object.body["binaryData"])).map(
        ([key, value]) =>
          ["binaryData", key, Buffer.from(textOf(value), "base64").toString("latin1")] as const,
      ),
    ];
    const judgements = files.map(([field, key, text]) => {
      const path = `${field}.${key}`;
      const found = isMarked(resource, path) ? "a secret output" : heldIn(key, text);
      return judged(path, found === undefined, `it holds ${found ?? ""}`);
    });
    return [...judgements, ...annotations];
  },
};

export const secretData: Rule = {
  title: "Secrets take their values from secret outputs",
  reason: "A value that the engine does not know to be secret is plain text in state and diffs.",
  mend: "Take it from the encrypted config or from a generated credential, or use pulumi.secret.",
  scope: "resource",
  charts: true,
  judge: (resource) => {
    const object = objectOf(resource);
    if (object?.kind !== "Secret") return [];
    return ["data", "stringData"].flatMap((field): Judgement[] => {
      const value = object.body[field];
      if (value === undefined || value === null) return [];
      if (isUnknown(value) || isMarked(resource, field)) return [{ path: field }];
      return textsIn(value, field).map(([path, text]) =>
        judged(
          path,
          text === "" || isUnknown(text) || isMarked(resource, path),
          "the value is plain text",
        ),
      );
    });
  },
};

/** `name` beside the `value` at a path of `values`. */
function sibling(values: unknown, path: string): unknown {
  const keys = path.split(/[.[\]]+/).slice(1, -1);
  const entry = keys.reduce<unknown>(
    (part, key) => (Array.isArray(part) ? (part as unknown[])[Number(key)] : fieldsOf(part)[key]),
    values,
  );
  return fieldsOf(entry)["name"];
}

export const releaseSecrets: Rule = {
  title: "Values of Helm releases hold no secrets",
  reason:
    "Helm keeps them in its own record, prints them on request, and charts put them anywhere.",
  mend: "Make a Secret and name it in the values, as `existingSecret` and the like.",
  scope: "resource",
  charts: false,
  judge: (resource) => {
    if (!chartTypes.includes(resource.type)) return [];
    const { values, repositoryOpts } = resource.inputs;
    const texts = textsIn(values, "values").flatMap(([path, text]) => {
      const form = secretForm(text, "policy");
      const key = path.split(".").at(-1) ?? "";
      // An entry of `env` and the like: its name stands beside it.
      const entry = key === "value" ? textOf(sibling(values, path)) : "";
      const isNamed = [key, entry].some(isSecretName) && mayBeSecret(text);
      const isWell = form === undefined && !isNamed && !isMarked(resource, path);
      return isWell ? [] : [judged(path, false, form ?? "the value of a secret")];
    });
    const { password } = fieldsOf(repositoryOpts);
    const login = "repositoryOpts.password";
    if (textOf(password) !== "" && !isUnknown(password) && !isMarked(resource, login)) {
      texts.push(judged(login, false, "the value of a secret"));
    }
    const marked = resource.secretInputs
      .filter((path) => path.startsWith("values") || path.startsWith("valueYamlFiles"))
      .map((path) => judged(path, false, "a secret output"));
    const wrong = [...marked, ...texts.filter(({ path }) => !isMarked(resource, path))];
    return wrong.length > 0 ? wrong : [{ path: "values" }];
  },
};
