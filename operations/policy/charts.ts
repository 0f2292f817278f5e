import { isClusterScoped } from "../../catalogue/kinds";
import { checkPolicy, violationLine } from "../../policy/check";
import { contextOf } from "../../policy/context";
import { exemptionsFor } from "../../policy/exemption";
import { unusedExemptions } from "../../policy/exemptionProblems";
import { exemptions } from "../../policy/exemptions";
import { placeOf, type Resource, resourceOf } from "../../policy/resource";
import type { Gathered } from "../charts/gather";
import type { StackCharts } from "../charts/releases";
import { hookOf, type KubernetesObject } from "../charts/render";

type ChartObjects = Pick<Gathered, "row" | "objects">;

/** Objects without a namespace of their own are in the release's. */
function placed(object: KubernetesObject, namespace: string): KubernetesObject {
  if (isClusterScoped(object.kind)) return object;
  return { ...object, metadata: { namespace, ...object.metadata } };
}

function resourcesOf({ row, objects }: ChartObjects): readonly Resource[] {
  const { chart, namespace } = row;
  return objects
    .filter((object) => hookOf(object)?.startsWith("test") !== true)
    .map((object) => resourceOf({ ...placed(object, namespace) }, { urn: chart, chart }));
}

/** Holds what charts render to the policy, and their exemptions to what is rendered. */
export function chartPolicyProblems(
  { config, registrations }: Pick<StackCharts, "config" | "registrations">,
  charts: readonly ChartObjects[],
): string[] {
  const rendered = charts.flatMap(resourcesOf);
  const granted = exemptionsFor(config, exemptions).filter(({ chart }) => chart !== undefined);
  const { violations, exempted } = checkPolicy([...registrations, ...rendered], {
    context: contextOf(config, []),
    exemptions: granted,
  });
  const places = new Set(rendered.map((one) => `${one.chart ?? ""}: ${placeOf(one)}`));
  return [
    ...violations.filter(({ chart }) => chart !== undefined).map(violationLine),
    ...unusedExemptions(granted, exempted, (subject, { chart = "" }) =>
      places.has(`${chart}: ${subject}`),
    ),
  ];
}
