import { containerName, containersOf } from "../pods";
import { fieldsOf, isSet } from "../resource";
import { judged, type Rule } from "../rule";

/** What a container has to ask for. A limit on CPU is left out: it slows what could run. */
const amounts = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "memory"],
] as const;

export const resources: Rule = {
  title: "Containers request CPU and memory, and limit memory",
  reason: "Without them one pod takes a Pi's memory from etcd, and the scheduler overfills hosts.",
  mend: "Set `resources.requests.cpu`, `requests.memory` and `limits.memory`.",
  scope: "resource",
  charts: true,
  judge: (resource) =>
    containersOf(resource).map((one) => {
      const set = fieldsOf(one.container["resources"]);
      const missing = amounts
        .filter(([what, which]) => !isSet(fieldsOf(set[what])[which]))
        .map((path) => path.join("."));
      const wrong = `${containerName(one)} lacks ${missing.join(", ")}`;
      return judged(`${one.path}.resources`, missing.length === 0, wrong);
    }),
};

export const probes: Rule = {
  title: "Containers that stay are probed for life and readiness",
  reason: "Without probes a hung process counts as running, and traffic goes to pods that start.",
  mend: "Set `livenessProbe` and `readinessProbe`. What ends by itself needs none.",
  scope: "resource",
  charts: true,
  judge: (resource) =>
    containersOf(resource)
      .filter(({ pod, passing }) => pod.lasting && !passing)
      .map((one) => {
        const missing = ["livenessProbe", "readinessProbe"].filter(
          (name) => !isSet(one.container[name]),
        );
        const wrong = `${containerName(one)} lacks ${missing.join(", ")}`;
        return judged(one.path, missing.length === 0, wrong, missing.join(", "));
      }),
};
