import { stringify } from "yaml";
import type { Plan, PlannedResource } from "./plan";

/** Lines of a text shown in full; longer ones, such as the script bundle, by their size. */
const longestText = 60;

function shorten(value: unknown): unknown {
  if (typeof value === "string") {
    const lines = value.split("\n");
    return lines.length > longestText ? `[${String(lines.length)} lines]` : value;
  }
  if (Array.isArray(value)) return value.map(shorten);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item)]));
}

/** The inputs worth reading of a resource: what runs or is written, not how it is reached. */
function details({ inputs, type }: PlannedResource): Record<string, unknown> {
  const {
    connection: _connection,
    logging: _logging,
    addPreviousOutputInEnv: _env,
    ...rest
  } = inputs;
  return type.startsWith("command:remote:") ? rest : inputs;
}

function indent(text: string, depth: number): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : "  ".repeat(depth) + line))
    .join("\n");
}

/** Renders a plan as a tree of components, each resource with what it would be given. */
export function renderTree({ stack, resources }: Plan): string {
  const children = new Map<string | undefined, PlannedResource[]>();
  for (const resource of resources) {
    children.set(resource.parent, [...(children.get(resource.parent) ?? []), resource]);
  }
  const render = (resource: PlannedResource, depth: number): string[] => {
    const inputs = details(resource);
    return [
      indent(`${resource.name} (${resource.type})`, depth),
      ...(Object.keys(inputs).length === 0
        ? []
        : [indent(stringify(shorten(inputs), { aliasDuplicateObjects: false }), depth + 2)]),
      ...(children.get(resource.urn) ?? []).flatMap((child) => render(child, depth + 1)),
    ];
  };
  const lines = (children.get(undefined) ?? []).flatMap((resource) => render(resource, 0));
  return `${[`stack ${stack}: ${String(resources.length)} resources`, ...lines].join("\n")}\n`;
}
