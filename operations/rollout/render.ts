import type { ClusterObservation, HostObservation } from "../../components/k3s/observation";
import type { Rollout } from "../../components/k3s/rollout";
import type { WantedCluster } from "../../components/k3s/rolloutModel";
import { renderTable } from "../table";

function k3sCell({ unreachable, k3s }: HostObservation): string {
  if (unreachable !== undefined) return "unreachable";
  if (k3s.unit === undefined) return "none";
  return `${k3s.version ?? "?"}${k3s.active ? "" : ", stopped"}`;
}

function observedTable({ hosts, members, nodes }: ClusterObservation, wanted: WantedCluster) {
  const rows = wanted.nodes.map(({ name, role, address, differs }) => {
    const host = hosts.find((candidate) => candidate.host.name === name);
    const member = members.find((candidate) => candidate.name === name);
    const node = nodes.find((candidate) => candidate.name === name);
    const vote = member === undefined ? "-" : member.learner ? "learner" : "voter";
    const ready = node === undefined ? "-" : node.ready ? "Ready" : "NotReady";
    return [
      ...[name, address, role, host === undefined ? "-" : k3sCell(host)],
      member === undefined || member.healthy ? vote : `${vote}, unhealthy`,
      node === undefined || node.schedulable ? ready : `${ready}, cordoned`,
      differs.length === 0 ? "nothing" : differs.join(", "),
    ];
  });
  return renderTable([["HOST", "ADDRESS", "ROLE", "K3S", "ETCD", "NODE", "TO DO"], ...rows]);
}

/** What was seen and what would be done, for a person. */
export function renderRollout(
  wanted: WantedCluster,
  observed: ClusterObservation,
  { steps, refusals }: Rollout,
): string {
  const lines = steps.flatMap(({ node, kind, reasons, phases, warnings }, index) => [
    `${index + 1}. ${node}: ${kind === "touch" ? reasons.join(", ") : kind}`,
    `   ${phases.map(({ name, on }) => (on === node ? name : `${name} (by ${on})`)).join(", ")}`,
    ...warnings.map((warning) => `   note: ${warning}`),
  ]);
  const verdict =
    refusals.length > 0
      ? `Refused; nothing may be done:`
      : steps.length > 0
        ? `pulumi up would do, one after the other:`
        : "Nothing to do: every node is as the program has it.";
  return [
    observedTable(observed, wanted),
    "\n",
    ...[verdict, ...refusals.map(({ message }) => `REFUSED: ${message}`), ...lines].map(
      (line) => `${line}\n`,
    ),
  ].join("");
}

/** The same for a program. */
export function rolloutJson(
  stack: string,
  { nodes }: WantedCluster,
  { steps, refusals }: Rollout,
): string {
  const wanted = nodes.map(({ name, role, version, differs }) => ({
    name,
    role,
    version,
    differs,
  }));
  const rows = refusals.map(({ node, message }) => ({ node, message }));
  return `${JSON.stringify({ stack, nodes: wanted, steps, refusals: rows }, null, 2)}\n`;
}
