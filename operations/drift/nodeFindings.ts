import type { HostConfig } from "../../config/schema";
import { type Finding, inCluster } from "./finding";

interface Node {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly unschedulable?: boolean };
}

function finding(what: string, found: string, wanted: string, mend: string): Finding {
  return { where: inCluster, what, found, wanted, mend };
}

function cordonFindings({ metadata, spec }: Node): Finding[] {
  if (spec.unschedulable !== true) return [];
  const { name } = metadata;
  const unfinished = metadata.annotations?.["bramble.dev/maintenance"] !== undefined;
  return [
    finding(
      `node ${name}`,
      unfinished ? "cordoned by a change that did not end" : "cordoned",
      "takes pods",
      unfinished ? "pulumi up" : `kubectl uncordon ${name}`,
    ),
  ];
}

/**
 * Compares the cluster's nodes, as `kubectl get nodes --output json` lists them, with the rows. Their
 * labels and taints have a script of their own.
 */
export function nodeFindings(
  text: string,
  hosts: readonly HostConfig[],
): { findings: Finding[]; failures: string[] } {
  if (text === "") return { findings: [], failures: ["the nodes could not be listed"] };
  const nodes = (JSON.parse(text) as { items: readonly Node[] }).items;
  const findings = hosts.flatMap((row) => {
    const node = nodes.find(({ metadata }) => metadata.name === row.name);
    if (row.state === "gone") {
      return node === undefined
        ? []
        : [finding(`node ${row.name}`, "still a node", "gone", "pulumi up")];
    }
    if (node === undefined) {
      return [
        finding(`node ${row.name}`, "not a node", "a node", "raise its generation, pulumi up"),
      ];
    }
    return cordonFindings(node);
  });
  const strangers = nodes
    .filter(({ metadata }) => !hosts.some(({ name }) => name === metadata.name))
    .map(({ metadata: { name } }) =>
      finding(
        `node ${name}`,
        "a node",
        "no row in hosts",
        `add its row, or kubectl delete node ${name}`,
      ),
    );
  return { findings: [...findings, ...strangers], failures: [] };
}
