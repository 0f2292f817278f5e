/** Units as Grafana names them. */
export type Unit =
  | "short"
  | "none"
  | "percentunit"
  | "bytes"
  | "Bps"
  | "celsius"
  | "s"
  | "reqps"
  | "cores"
  | "dtdurations";

/** A colour from a value on. */
export type Threshold = readonly [from: number, colour: "green" | "orange" | "red"];

/** One figure of a panel: PromQL, or LogQL where the panel asks Loki. */
export interface Query {
  readonly expression: string;
  /** Name of each series, such as `{{node}}`. */
  readonly legend: string;
}

/** One panel. */
export interface Panel {
  readonly title: string;
  /** `curve`: over time. `figure`: the last value, large. `list`: the last values, one a line. */
  readonly shows: "curve" | "figure" | "list" | "logs";
  readonly asks?: "prometheus" | "loki";
  readonly queries: readonly Query[];
  readonly unit: Unit;
  /** Colours of figures and lists, the lowest first. Default: all green. */
  readonly thresholds?: readonly Threshold[];
  /** Words in the place of values. */
  readonly words?: Readonly<Record<string, string>>;
  /** Of 24 columns. Default: 8, figures 4, logs 24. */
  readonly width?: number;
  /** What it tells, for the hint beside its title. */
  readonly hint?: string;
}

/** Something to choose at the top of a dashboard. */
export interface Choice {
  readonly name: string;
  /** The metric and the label whose values are offered. */
  readonly metric: string;
  readonly label: string;
}

/** A dashboard. */
export interface Dashboard {
  /** Constant, part of its address. */
  readonly uid: string;
  readonly title: string;
  readonly choices?: readonly Choice[];
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}
