import { secretForm } from "../../catalogue/secretForms";
import { containerName, containersOf } from "../pods";
import { fieldsOf, isUnknown, listOf, objectOf, type Resource, textOf } from "../resource";
import { judged, type Judgement, type Rule, textsIn } from "../rule";
import { isSecretName, mayBeSecret } from "../secretTexts";

/** Whether the input at a path is marked secret, or is part of one that is. */
export function isMarked({ secretInputs }: Resource, path: string): boolean {
  return secretInputs.some(
    (secret) => path === secret || path.startsWith(`${secret}.`) || path.startsWith(`${secret}[`),
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
      const words = ["command", "args"].flatMap((key) =>
        textsIn(one.container[key], `${one.path}.${key}`).map(([path, text]) => {
          const form = secretForm(text, "policy");
          const isWell = form === undefined && !isMarked(resource, path);
          return judged(path, isWell, `${containerName(one)} is called with ${form ?? "a secret"}`);
        }),
      );
      return [...environment, ...words];
    }),
};

/** `password: …` and `token = "…"` in the text of a configuration, at the start of a line. */
const assignment =
  /^[ \t-]*["']?([A-Za-z][\w.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"',;#]+)["']?,?$/gm;

/** Programs assign to names as well; their values are expressions. */
const programs = /\.(ts|js|mjs|sh|py|tmpl)$/;

function assignedSecret(key: string, text: string): string | undefined {
  if (programs.test(key)) return undefined;
  const found = [...text.matchAll(assignment)].find(
    ([, name = "", value = ""]) => isSecretName(name) && mayBeSecret(value),
  );
  return found === undefined ? undefined : `a value for ${found[1] ?? ""}`;
}

export const configMapSecret: Rule = {
  title: "ConfigMaps hold no secrets",
  reason: "They are not encrypted in etcd, and far more may read them than Secrets.",
  mend: "Move the value to a Secret; have the file read it from the environment or another file.",
  scope: "resource",
  charts: true,
  judge: (resource) => {
    const object = objectOf(resource);
    if (object?.kind !== "ConfigMap") return [];
    return Object.entries(fieldsOf(object.body["data"])).map(([key, value]) => {
      const text = textOf(value);
      const named = isSecretName(key) && mayBeSecret(text) ? "a value by its name" : undefined;
      const marked = isMarked(resource, `data.${key}`) ? "a secret output" : undefined;
      const found = marked ?? secretForm(text, "policy") ?? named ?? assignedSecret(key, text);
      return judged(`data.${key}`, found === undefined, `it holds ${found ?? ""}`);
    });
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

export const releaseSecrets: Rule = {
  title: "Values of Helm releases hold no secrets",
  reason:
    "Helm keeps them in its own record, prints them on request, and charts put them anywhere.",
  mend: "Make a Secret and name it in the values, as `existingSecret` and the like.",
  scope: "resource",
  charts: false,
  judge: (resource) => {
    if (resource.type !== "kubernetes:helm.sh/v3:Release") return [];
    const texts = textsIn(resource.inputs["values"], "values").flatMap(([path, text]) => {
      const form = secretForm(text, "policy");
      const isNamed = isSecretName(path.split(".").at(-1) ?? "") && mayBeSecret(text);
      const isWell = form === undefined && !isNamed && !isMarked(resource, path);
      return isWell ? [] : [judged(path, false, form ?? "the value of a secret")];
    });
    const marked = resource.secretInputs
      .filter((path) => path.startsWith("values") || path.startsWith("valueYamlFiles"))
      .map((path) => judged(path, false, "a secret output"));
    const wrong = [...marked, ...texts.filter(({ path }) => !isMarked(resource, path))];
    return wrong.length > 0 ? wrong : [{ path: "values" }];
  },
};
