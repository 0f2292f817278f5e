/** An alert of Bramble's own, beside those the charts bring. */
export interface AlertRow {
  readonly name: string;
  /** True while it fires, in PromQL. */
  readonly expression: string;
  /** How long it has to hold before the alert fires. */
  readonly holds: string;
  readonly severity: "critical" | "warning";
  /** What is wrong, in one line. */
  readonly summary: string;
  /** Where the mend is, a path in this repository. */
  readonly runbook: string;
}
