import { judged, type Rule } from "../rule";
import { fieldsOf, textOf } from "../resource";

/** Resources that install a chart. */
export const chartTypes: readonly string[] = [
  "kubernetes:helm.sh/v3:Release",
  "kubernetes:helm.sh/v3:Chart",
  "kubernetes:helm.sh/v4:Chart",
];

export const releasePinned: Rule = {
  title: "Helm releases name one version of one chart",
  reason:
    "Without a version each run takes the newest chart, changed or not by whoever publishes it.",
  mend: "Pin chart, repository and version in catalogue/charts.ts.",
  scope: "resource",
  charts: false,
  judge: ({ type, inputs }) => {
    if (!chartTypes.includes(type)) return [];
    const { version, chart, repositoryOpts } = inputs;
    const isWhole = /^v?\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/.test(textOf(version));
    const isFound =
      /^oci:\/\/|\.tgz$/.test(textOf(chart)) || textOf(fieldsOf(repositoryOpts)["repo"]) !== "";
    return [
      judged("version", isWhole, `${textOf(version) || "no version"} is not one version`),
      judged("chart", isFound, `${textOf(chart)} comes from no named repository`),
    ];
  },
};
