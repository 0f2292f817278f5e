import { localClass } from "../../components/k3s/storageClass";
import { type Fields, fieldsOf, listOf, objectOf, type Resource, textOf } from "../resource";
import { type Context, judged, type Judgement, type Rule } from "../rule";

/** Reclaim policies by class, of the classes that a stack makes itself. */
function policiesOf({ all }: Context): ReadonlyMap<string, string> {
  const classes = all.flatMap((one): (readonly [string, string])[] => {
    const object = objectOf(one);
    if (object?.kind === "StorageClass") {
      return [[object.name, textOf(object.body["reclaimPolicy"])]];
    }
    const { storageClasses } = fieldsOf(one.inputs["values"]);
    return listOf(storageClasses).map(({ name, reclaimPolicy }) => [
      textOf(name),
      textOf(reclaimPolicy),
    ]);
  });
  // Comes with k3s, and not from here.
  return new Map([[localClass, "Delete"], ...classes]);
}

function retains(volume: Fields): boolean {
  const { persistentVolumeReclaimPolicy } = fieldsOf(volume["spec"]);
  // Kubernetes' own default for volumes that somebody makes.
  return (persistentVolumeReclaimPolicy ?? "Retain") === "Retain";
}

/** The claims a resource makes or has made, by path. */
function claimsOf(resource: Resource): (readonly [string, Fields])[] {
  const object = objectOf(resource);
  const spec = fieldsOf(object?.body["spec"]);
  switch (object?.kind) {
    case "PersistentVolumeClaim":
      return [["spec.storageClassName", spec]];
    case "StatefulSet":
      return listOf(spec["volumeClaimTemplates"]).map((claim, index) => [
        `spec.volumeClaimTemplates[${String(index)}].spec.storageClassName`,
        fieldsOf(claim["spec"]),
      ]);
    case "Prometheus":
    case "Alertmanager": {
      const { volumeClaimTemplate } = fieldsOf(spec["storage"]);
      return volumeClaimTemplate === undefined
        ? []
        : [
            [
              "spec.storage.volumeClaimTemplate.spec.storageClassName",
              fieldsOf(fieldsOf(volumeClaimTemplate)["spec"]),
            ],
          ];
    }
    default:
      return [];
  }
}

export const volumeRetained: Rule = {
  title: "Data outlives its claim",
  reason: "With the class's policy Delete, a claim deleted by mistake takes the data with it.",
  mend: "Set `reclaimPolicy: Retain` on the class, and name a class that retains in the claim.",
  scope: "stack",
  charts: true,
  judge: (resource, context) => {
    const object = objectOf(resource);
    if (object?.kind === "StorageClass") {
      const policy = textOf(object.body["reclaimPolicy"]);
      return [judged("reclaimPolicy", policy === "Retain", `it is ${policy || "Delete"}`, policy)];
    }
    if (object?.kind === "PersistentVolume") {
      const path = "spec.persistentVolumeReclaimPolicy";
      return [judged(path, retains(object.body), "it goes with its claim")];
    }
    const claims = claimsOf(resource);
    if (claims.length === 0) return [];
    const policies = policiesOf(context);
    return claims.map(([path, spec]): Judgement => {
      const name = textOf(spec["storageClassName"]);
      const volume = textOf(spec["volumeName"]);
      // The volume is judged itself, where the program makes it.
      // An empty class, unlike none, takes a volume that somebody makes.
      if (volume !== "" || spec["storageClassName"] === "") return { path };
      // The cluster's default class, which is k3s's own unless somebody changed it.
      const isWell = name !== "" && policies.get(name) !== "Delete";
      const shown = name === "" ? "the default class" : name;
      return judged(path, isWell, `${shown} deletes the data with the claim`, shown);
    });
  },
};

export const unprotected: Rule = {
  title: "Nothing is protected by the engine",
  reason:
    "`protect` stops every destroy, so rebuild drills fail; data is kept by its class instead.",
  mend: "Remove `protect` from the resource's options.",
  scope: "resource",
  charts: false,
  judge: (resource) => [judged("", !resource.protect, "it is protected")],
};
