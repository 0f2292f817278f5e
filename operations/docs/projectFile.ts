import { isScalar, parseDocument } from "yaml";
import { configSchema } from "../../config/schema";
import { configSections } from "./rows";

/**
 * The CLI takes a declared key without a default as required, and refuses a secret one with a
 * default that is not encrypted. So every key has an empty default, which means the same to the
 * program as none, and secrets are not declared.
 */
function declarations(): Record<string, unknown> {
  return Object.fromEntries(
    configSections(configSchema).map(({ key: { path, type, description } }) => [
      path,
      type.startsWith("list of ")
        ? { type: "array", items: { type: "object" }, default: [], description }
        : { type: "object", default: {}, description },
    ]),
  );
}

const comment = [
  " Written by `npm run docs`. Defaults and everything below these keys: docs/configuration.md, which",
  " also lists the secrets (the CLI would demand each secret that is declared here).",
].join("\n");

/** The text of Pulumi.yaml with its `config:` block replaced by what the schema says. */
export function projectFile(text: string): string {
  const document = parseDocument(text);
  document.delete("config");
  const pair = document.createPair("config", declarations());
  if (isScalar(pair.key)) {
    pair.key.commentBefore = comment;
    pair.key.spaceBefore = true;
  }
  document.add(pair);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
