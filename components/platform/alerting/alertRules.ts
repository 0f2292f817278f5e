import type { AlertGroup } from "../../../catalogue/alerts/all";
import { runbookOf } from "../../../catalogue/alerts/types";

/**
 * Bramble's alerts as groups of Prometheus rules.
 *
 * @param runbookBase see `runbookOf`.
 */
export function alertRules(groups: readonly AlertGroup[], runbookBase?: string) {
  return groups.map(({ name, alerts }) => ({
    name,
    rules: alerts.map((row) => ({
      alert: row.name,
      expr: row.expression,
      ...(row.holds !== undefined && { for: row.holds }),
      ...(row.keeps !== undefined && { keep_firing_for: row.keeps }),
      labels: { severity: row.severity },
      annotations: {
        summary: row.summary,
        description: row.description,
        runbook_url: runbookOf(row, runbookBase),
      },
    })),
  }));
}
