/** One situation, told to promtool as series, and what has to fire in it. */
export interface AlertCase {
  readonly alert: string;
  /** What is the case, for the test's name. */
  readonly when: string;
  /** Time between two values. Default: `1m`. */
  readonly every?: string;
  /** Values by series, in promtool's notation: `0+10x5`, `1x60`, `_x10`. */
  readonly series: Readonly<Record<string, string>>;
  /** When it is looked, since the first value. */
  readonly at: string;
  /** Labels beside severity and alertname, and the description; unset: it must be quiet. */
  readonly fires?: { readonly labels?: Readonly<Record<string, string>>; readonly says: string };
}
