/** An alert of Bramble's own, beside those that kube-prometheus-stack brings. */
export interface AlertRow {
  /** Begins with `Bramble`; `docs/runbooks/alerts.md` has a section of that name. */
  readonly name: string;
  /** True while it fires, in PromQL. */
  readonly expression: string;
  /** How long it has to hold before the alert fires. Default: not at all. */
  readonly holds?: string;
  /** How long it goes on after it stopped being true, for what comes and goes. Default: not at all. */
  readonly keeps?: string;
  readonly severity: "critical" | "warning" | "info";
  /** What is wrong, in one line without any figure. */
  readonly summary: string;
  /** The figures, as a template of Prometheus: `{{ $labels.node }}`, `{{ $value | humanize }}`. */
  readonly description: string;
}

/** The page with a section per alert, as a path of this repository. */
export const alertRunbook = "docs/runbooks/alerts.md";

/**
 * Where an alert's meaning and mend are.
 *
 * @param base web address of the repository's files. Default: the path alone.
 */
export function runbookOf({ name }: AlertRow, base?: string): string {
  const path = `${alertRunbook}#${name.toLowerCase()}`;
  return base === undefined ? path : `${base.replace(/\/+$/, "")}/${path}`;
}
