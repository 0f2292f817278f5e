import type { AlertRow } from "./types";

/** A secret that grows old. */
export interface SecretAge {
  /** As the inventory of secrets calls it. */
  readonly name: string;
  /** Days after which a new value is due. */
  readonly days: number;
  /** Since when the value is in use, in seconds since 1970; or the namespace that is as old as it. */
  readonly since: number | { readonly namespace: string };
}

/** When a new value is due, as a series of that secret. */
function dueAt({ name, days, since }: SecretAge): string {
  const seconds = days * 86400;
  const moment =
    typeof since === "number"
      ? `vector(${String(since + seconds)})`
      : `max(kube_namespace_created{namespace="${since.namespace}"}) + ${String(seconds)}`;
  return `label_replace(${moment}, "secret", "${name}", "", "")`;
}

/** Secrets that have been in use for longer than their row in the inventory allows. */
export function secretAlerts(ages: readonly SecretAge[]): readonly AlertRow[] {
  return [
    {
      name: "BrambleSecretOld",
      expression: `(\n  ${ages.map(dueAt).join("\n  or ")}\n) < time()`,
      severity: "warning",
      summary: "A secret has been in use for longer than it should be.",
      description: "{{ $labels.secret }} was due on {{ $value | humanizeTimestamp }}.",
    },
  ];
}
