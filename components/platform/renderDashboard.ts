import { charts } from "../../catalogue/charts";
import type { Choice, Dashboard, Panel, Query, Unit } from "../../catalogue/dashboards/types";

/** Form of the JSON; Grafana brings older ones up to date itself. */
const schemaVersion = 39;

const columns = 24;

const sources = {
  prometheus: { type: "prometheus", uid: "prometheus" },
  loki: { type: "loki", uid: "loki" },
} as const;

/** How Grafana's panels are called, how large they are, and what is theirs alone. */
const kinds = {
  curve: {
    type: "timeseries",
    width: 8,
    height: 8,
    options: {
      legend: { displayMode: "list", placement: "bottom", showLegend: true },
      tooltip: { mode: "multi", sort: "desc" },
    },
  },
  figure: {
    type: "stat",
    width: 4,
    height: 4,
    options: {
      colorMode: "value",
      graphMode: "none",
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
      textMode: "value",
    },
  },
  list: {
    type: "bargauge",
    width: 8,
    height: 8,
    options: {
      displayMode: "basic",
      orientation: "horizontal",
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
      showUnfilled: false,
      valueMode: "color",
    },
  },
  logs: {
    type: "logs",
    width: 24,
    height: 12,
    options: {
      enableLogDetails: true,
      showTime: true,
      sortOrder: "Descending",
      wrapLogMessage: true,
    },
  },
} as const;

/** Grafana's name of a unit. */
function unitName(unit: Unit): string {
  return unit === "cores" ? "suffix: cores" : unit;
}

function target(query: Query, index: number, { asks = "prometheus", shows }: Panel) {
  const overTime = shows === "curve" || shows === "logs";
  return {
    refId: String.fromCharCode("A".charCodeAt(0) + index),
    datasource: sources[asks],
    expr: query.expression,
    legendFormat: query.legend,
    ...(asks === "loki"
      ? { queryType: "range" }
      : { editorMode: "code", instant: !overTime, range: overTime }),
  };
}

function fieldConfig({ shows, unit, thresholds = [], words }: Panel) {
  const [[, base] = [0, "green"] as const, ...steps] = thresholds;
  const mappings =
    words === undefined
      ? []
      : [
          {
            type: "value",
            options: Object.fromEntries(
              Object.entries(words).map(([value, text], index) => [value, { index, text }]),
            ),
          },
        ];
  return {
    defaults: {
      unit: unitName(unit),
      ...(unit === "percentunit" && { min: 0, ...(shows === "list" && { max: 1 }) }),
      color: { mode: shows === "curve" ? "palette-classic" : "thresholds" },
      thresholds: {
        mode: "absolute",
        steps: [{ color: base, value: null }, ...steps.map(([value, color]) => ({ color, value }))],
      },
      mappings,
      ...(shows === "curve" && { custom: { fillOpacity: 8, lineWidth: 1, showPoints: "never" } }),
    },
    overrides: [],
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function renderPanel(panel: Panel, id: number, gridPos: Place) {
  const { type, options } = kinds[panel.shows];
  return {
    id,
    type,
    title: panel.title,
    ...(panel.hint !== undefined && { description: panel.hint }),
    gridPos,
    datasource: sources[panel.asks ?? "prometheus"],
    fieldConfig: fieldConfig(panel),
    options,
    targets: panel.queries.map((query, index) => target(query, index, panel)),
  };
}

/** Puts panels beside one another, and below where a line is full. */
function layOut(rows: Dashboard["rows"]) {
  const rendered: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    rendered.push({
      ...{ id: rendered.length + 1, type: "row", title, collapsed: false, panels: [] },
      gridPos: { x: 0, y, w: columns, h: 1 },
    });
    y += 1;
    let [x, tallest] = [0, 0];
    for (const panel of panels) {
      const { width, height } = kinds[panel.shows];
      const w = panel.width ?? width;
      if (x + w > columns) {
        y += tallest;
        [x, tallest] = [0, 0];
      }
      rendered.push(renderPanel(panel, rendered.length + 1, { x, y, w, h: height }));
      x += w;
      tallest = Math.max(tallest, height);
    }
    y += tallest;
  }
  return rendered;
}

function variable({ name, metric, label }: Choice) {
  const query = `label_values(${metric}, ${label})`;
  return {
    ...{ name, label: name, type: "query", datasource: sources.prometheus, definition: query },
    query: { query, refId: `choice-${name}` },
    ...{ refresh: 2, sort: 1, includeAll: true, multi: true, allValue: ".+" },
    current: { selected: true, text: ["All"], value: ["$__all"] },
  };
}

/**
 * A dashboard as Grafana reads it.
 *
 * @see https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
 */
export function renderDashboard({ uid, title, choices = [], rows }: Dashboard) {
  return {
    ...{ uid, title, schemaVersion, tags: ["bramble"], editable: false },
    ...{ refresh: "1m", time: { from: "now-6h", to: "now" }, timezone: "browser" },
    templating: { list: choices.map(variable) },
    annotations: { list: [] },
    links: [
      {
        ...{ type: "dashboards", title: "Bramble", tags: ["bramble"], asDropdown: true },
        ...{ includeVars: false, keepTime: true, icon: "external link", url: "" },
      },
    ],
    panels: layOut(rows),
  };
}

/** Annotation of a dashboard's ConfigMap that names its folder in Grafana. */
export const dashboardFolderAnnotation = "grafana_folder";

/** A dashboard as the ConfigMap that Grafana's sidecar looks for. */
export function dashboardConfigMap(dashboard: Dashboard) {
  return {
    metadata: {
      name: dashboard.uid,
      namespace: charts.kubePrometheusStack.namespace,
      labels: {
        grafana_dashboard: "1",
        "app.kubernetes.io/name": dashboard.uid,
        "app.kubernetes.io/component": "dashboard",
        "app.kubernetes.io/part-of": "platform",
        "app.kubernetes.io/managed-by": "pulumi",
      },
      annotations: { [dashboardFolderAnnotation]: "Bramble" },
    },
    data: { [`${dashboard.uid}.json`]: `${JSON.stringify(renderDashboard(dashboard), null, 2)}\n` },
  };
}
