import type { PolicyRuleId } from "../../../catalogue/policyRules";
import {
  type Examples,
  object,
  template,
  deployment,
  job,
  release,
  role,
  binding,
  configMap,
  secret,
  namespace,
  networkPolicy,
  denyAll,
  service,
  ingress,
  ingressRoute,
  storageClass,
  claim,
  scaled,
  budget,
  unknown,
  pem,
  among,
} from "./builders";

/** Examples of rules about other objects of the cluster. */
export const objectExamples = {
  "rbac-wildcards": {
    well: [role({ apiGroups: [""], resources: ["pods"], verbs: ["get"] })],
    wrong: [
      [role({ apiGroups: [""], resources: ["*"], verbs: ["get"] }), "resources holds a wildcard"],
      [
        role({ nonResourceURLs: ["/metrics/*"], verbs: ["get"] }),
        "nonResourceURLs holds a wildcard",
      ],
    ],
    other: deployment(),
  },
  "cluster-admin": {
    well: [binding("view")],
    wrong: [
      [binding("cluster-admin"), "it binds cluster-admin"],
      [binding("view", "system:masters"), "it binds system:masters"],
    ],
    other: deployment(),
  },
  "config-map-secret": {
    well: [
      configMap({
        "app.yaml": "password: ${DB_PASSWORD}\ntokens: 3\n",
        "main.ts": "token = make()",
      }),
    ],
    wrong: [
      [configMap({ "app.yaml": "db:\n  password: canary\n" }), "it holds a value for password"],
      [configMap({ "key.pem": pem }), "it holds a private key"],
      [configMap({ API_KEY: "canary" }), "it holds a value by its name"],
      [configMap({ x: "canary" }, { secretInputs: ["data"] }), "it holds a secret output"],
    ],
    other: secret({}),
  },
  "secret-data": {
    well: [
      secret({ password: "canary" }, { secretInputs: ["stringData"] }),
      secret({ password: "canary" }, { secretInputs: ["stringData.password"] }),
      secret(unknown),
      secret({ password: unknown, empty: "" }),
    ],
    wrong: [[secret({ password: "canary" }), "the value is plain text"]],
    other: configMap({}),
  },
  "default-deny": {
    well: [among(namespace, networkPolicy(denyAll))],
    wrong: [
      [namespace, "no NetworkPolicy refuses what is not allowed"],
      [
        among(namespace, networkPolicy({ ...denyAll, policyTypes: ["Ingress"] })),
        "no NetworkPolicy refuses what is not allowed",
      ],
      [
        among(namespace, networkPolicy({ ...denyAll, egress: [{}] })),
        "no NetworkPolicy refuses what is not allowed",
      ],
    ],
    other: deployment(),
  },
  "load-balancer-address": {
    well: [service("LoadBalancer", "10.0.0.5"), service("LoadBalancer", "10.0.0.5, 10.0.0.6")],
    wrong: [
      [service("LoadBalancer"), "no address is named"],
      [service("LoadBalancer", "10.0.1.5"), "10.0.1.5 is in no pool"],
      [service("LoadBalancer", "any"), "any is in no pool"],
    ],
    other: service("ClusterIP"),
  },
  "ingress-tls": {
    well: [
      ingress("a.lan", ["a.lan"]),
      ingress("a.lan", ["*.lan"]),
      ingressRoute({ entryPoints: ["websecure"], tls: {} }),
    ],
    wrong: [
      [ingress("a.lan", ["b.lan"]), "a.lan is not under spec.tls"],
      [ingress(undefined, ["b.lan"]), "it answers to every name"],
      [ingressRoute({ entryPoints: ["web"] }), "it has no tls"],
    ],
    other: service("ClusterIP"),
  },
  "volume-retained": {
    well: [
      storageClass("kept", "Retain"),
      among(claim("kept"), storageClass("kept", "Retain")),
      among(
        claim("nfs"),
        release({ values: { storageClasses: [{ name: "nfs", reclaimPolicy: "Retain" }] } }),
      ),
      object("v1", "PersistentVolumeClaim", { spec: { storageClassName: "", volumeName: "x" } }),
    ],
    wrong: [
      [storageClass("gone"), "it is Delete"],
      [claim(), "the default class deletes the data with the claim"],
      [
        among(claim("gone"), storageClass("gone", "Delete")),
        "gone deletes the data with the claim",
      ],
      [
        object("apps/v1", "StatefulSet", {
          spec: { template, volumeClaimTemplates: [{ spec: { storageClassName: "local-path" } }] },
        }),
        "local-path deletes the data with the claim",
      ],
      [
        object("v1", "PersistentVolume", { spec: { persistentVolumeReclaimPolicy: "Recycle" } }),
        "it goes with its claim",
      ],
    ],
    other: deployment(),
  },
  "disruption-budget": {
    well: [deployment(), among(scaled, budget("x"))],
    wrong: [
      [scaled, "no PodDisruptionBudget selects its 2 pods"],
      [among(scaled, budget("y")), "no PodDisruptionBudget selects its 2 pods"],
    ],
    other: job("restartPolicy", "Never"),
  },
  labels: {
    well: [deployment(), service("ClusterIP")],
    wrong: [
      [
        deployment('metadata.labels["app.kubernetes.io/part-of"]'),
        "it lacks app.kubernetes.io/part-of",
      ],
      [
        deployment('spec.template.metadata.labels["app.kubernetes.io/version"]'),
        "it lacks app.kubernetes.io/version",
      ],
    ],
    other: configMap({}),
  },
} satisfies Partial<Record<PolicyRuleId, Examples>>;
