import { writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { KubernetesObject } from "./render";

/** Groups of Kubernetes' own APIs: those with a dot end so, but for a few old ones without. */
export function isBuiltIn({ apiVersion }: Pick<KubernetesObject, "apiVersion">): boolean {
  const [group = "", version] = apiVersion.split("/");
  return version === undefined || !group.includes(".") || group.endsWith(".k8s.io");
}

/** The provider's type of an object: `apps.v1.Deployment`. */
function typeName({ apiVersion, kind }: KubernetesObject): string {
  const [group = "", version] = apiVersion.split("/");
  return version === undefined
    ? `core.${group}.${kind}`
    : `${group.split(".")[0] ?? ""}.${version}.${kind}`;
}

/** A definition's own schemas are not looked at: they are most of its text, and free of form. */
function slim(object: KubernetesObject): unknown {
  if (object.kind !== "CustomResourceDefinition") return object;
  const spec = object.spec as { readonly versions: readonly object[] };
  return {
    ...object,
    spec: { ...spec, versions: spec.versions.map((version) => ({ ...version, schema: {} })) },
  };
}

/** The API takes `null` for what is not set. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]));
}

/** The keys that lead to a place in an object literal: `spec.template.spec.containers[0].image`. */
function pathAt(source: ts.SourceFile, position: number): string {
  const parts: string[] = [];
  let array: number | undefined;
  const visit = (node: ts.Node): void => {
    if (position < node.getStart(source) || position >= node.getEnd()) return;
    if (ts.isArrayLiteralExpression(node)) {
      array = node.elements.findIndex(
        (item) => position >= item.getStart(source) && position < item.getEnd(),
      );
      if (array >= 0) parts.push(`[${String(array)}]`);
    }
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name)) {
      parts.push(`.${node.name.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return parts.join("").replace(/^\./, "");
}

function lastMessage(text: string | ts.DiagnosticMessageChain): string {
  if (typeof text === "string") return text;
  const [next] = text.next ?? [];
  return next === undefined ? text.messageText : lastMessage(next);
}

/** An object and where it comes from. */
export interface Sourced {
  readonly source: string;
  readonly object: KubernetesObject;
}

/**
 * Holds objects of Kubernetes' own kinds to the types of Pulumi's Kubernetes provider, which are
 * made from Kubernetes' published API: fields that are unknown, missing or of another type.
 *
 * @param folder of the program, so that its packages are found; one file is written there and left
 *   to the caller to remove
 * @returns one line for each mistake
 */
export function typeProblems(objects: readonly Sourced[], folder: string): string[] {
  const file = join(folder, "objects.ts");
  const lines = objects.map(
    ({ object }, index) =>
      `export const o${String(index)}: inputs.${typeName(object)} = ${JSON.stringify(withoutNulls(slim(object)))};`,
  );
  const head = `import type * as inputs from "@pulumi/kubernetes/types/input";`;
  writeFileSync(file, `${[head, ...lines].join("\n")}\n`);
  const program = ts.createProgram([file], {
    ...{ noEmit: true, strict: true, skipLibCheck: true, types: [] },
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  });
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} could not be read`);
  const found = [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ];
  return found.map((one) => {
    const position = one.start ?? 0;
    const line = source.getLineAndCharacterOfPosition(position).line - 1;
    const sourced = objects[line];
    if (sourced === undefined) return lastMessage(one.messageText);
    const { kind, metadata } = sourced.object;
    const where = `${sourced.source}: ${kind} ${metadata.name}`;
    const unknownKind = lastMessage(one.messageText).includes("has no exported member");
    return unknownKind
      ? `${where}: Kubernetes has no kind ${kind} in ${sourced.object.apiVersion}`
      : `${where}: ${pathAt(source, position)}: ${lastMessage(one.messageText)}`;
  });
}
