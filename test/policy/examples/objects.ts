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
  scaler,
  unknown,
  pem,
  among,
} from "./builders";

const aggregated = (selector: object) =>
  object("rbac.authorization.k8s.io/v1", "ClusterRole", {
    aggregationRule: { clusterRoleSelectors: [selector] },
  });

/** Examples of rules about other objects of the cluster. */
export const objectExamples = {
  "rbac-wildcards": {
    well: [
      role({ apiGroups: [""], resources: ["pods"], verbs: ["get"] }),
      aggregated({ matchLabels: { "example.org/aggregate": "true" } }),
    ],
    wrong: [
      [role({ apiGroups: [""], resources: ["*"], verbs: ["get"] }), "resources holds a wildcard"],
      [
        role({ nonResourceURLs: ["/metrics/*"], verbs: ["get"] }),
        "nonResourceURLs holds a wildcard",
      ],
      [aggregated({ matchLabels: {} }), "it takes in every role"],
    ],
    other: deployment(),
  },
  "cluster-admin": {
    well: [binding("view")],
    wrong: [
      [binding("cluster-admin"), "it binds cluster-admin"],
      [binding("view", "system:masters"), "it binds system:masters"],
      [binding("view", "system:unauthenticated"), "it binds system:unauthenticated"],
    ],
    other: deployment(),
  },
  "config-map-secret": {
    well: [
      configMap({
        "app.yaml": "password: ${DB_PASSWORD}\ntokens: 3\n",
        "main.ts": "token = make()",
        "app.json": '{"passwordFile": "/run/db", "token": "", "apiKey": "${KEY}", "tokens": "x"}',
        "notes.txt": "The password: ask whoever runs the database.",
      }),
    ],
    wrong: [
      [configMap({ "app.yaml": "db:\n  password: canary\n" }), "it holds a value for password"],
      ...[
        'auth: { user: me, password: "correct horse" }',
        '{"user":"me","password":"canary"}',
        "export password=canary # of the database",
        "https://a.lan/?user=me&password=canary",
        "<Config><password>canary</password></Config>",
      ].map((text) => [configMap({ "app.txt": text }), "it holds a value for password"] as const),
      [configMap({ "key.pem": pem }), "it holds a private key"],
      [
        object("v1", "ConfigMap", { binaryData: { x: Buffer.from(pem).toString("base64") } }),
        "it holds a private key",
      ],
      [
        object("v1", "Service", { metadata: { annotations: { hook: "https://me:canary@a.lan" } } }),
        "it holds a password in a URL",
      ],
      [
        object("traefik.io/v1alpha1", "Middleware", { spec: { headers: [{ to: pem }] } }),
        "it holds a private key",
      ],
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
    well: [
      among(namespace, networkPolicy(denyAll)),
      among(namespace, networkPolicy({ ...denyAll, podSelector: { matchLabels: {} } })),
      networkPolicy({ podSelector: {}, ingress: [{ ports: [{ port: 53 }] }] }),
      among(deployment(), networkPolicy(denyAll)),
    ],
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
      [
        networkPolicy({ podSelector: {}, ingress: [{ from: [] }], egress: [{}] }),
        "it allows all ingress and egress, whatever others refuse",
      ],
      [deployment(), "no NetworkPolicy refuses what is not allowed in apps"],
    ],
    other: networkPolicy({ podSelector: { matchLabels: { app: "dns" } }, ingress: [{}] }),
  },
  "load-balancer-address": {
    well: [
      service("LoadBalancer", "10.0.0.5"),
      service("LoadBalancer", "10.0.0.5, 10.0.0.6"),
      object("v1", "Service", { spec: { type: "LoadBalancer", loadBalancerIP: "10.0.0.5" } }),
    ],
    wrong: [
      [service("LoadBalancer"), "no address is named"],
      [service("LoadBalancer", "10.0.1.5"), "10.0.1.5 is in no pool"],
      [service("LoadBalancer", "any"), "any is in no pool"],
      [service("LoadBalancer", "10.0.0.1-10.0.0.9"), "10.0.0.1-10.0.0.9 is in no pool"],
      [
        object("v1", "Service", { spec: { type: "LoadBalancer", loadBalancerIP: "10.0.1.5" } }),
        "10.0.1.5 is in no pool",
      ],
      [
        object("v1", "Service", { spec: { externalIPs: ["10.0.0.254"] } }),
        "it takes 10.0.0.254 past MetalLB",
      ],
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
      [ingressRoute({ tls: null }), "it has no tls"],
      [object("traefik.io/v1alpha1", "IngressRouteTCP", { spec: {} }), "it has no tls"],
      [
        object("networking.k8s.io/v1", "Ingress", { spec: { defaultBackend: {} } }),
        "it answers to every name",
      ],
      [
        object("gateway.networking.k8s.io/v1", "Gateway", {
          spec: {
            listeners: [
              { name: "web", protocol: "HTTP" },
              { name: "websecure", protocol: "HTTPS" },
            ],
          },
        }),
        "listener web speaks HTTP",
      ],
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
      claim(""),
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
    well: [
      deployment(),
      among(scaled, budget("x")),
      among(scaled, budget("x", { minAvailable: 1 }), budget("y", { maxUnavailable: 0 })),
      among(scaled, budget("x", { maxUnavailable: "50%" })),
      among(
        scaled,
        budget("", {
          selector: {
            matchExpressions: [
              { key: "app.kubernetes.io/name", operator: "In", values: ["x", "z"] },
              { key: "canary", operator: "DoesNotExist" },
            ],
          },
        }),
      ),
      among(deployment(), scaler(1)),
    ],
    wrong: [
      [among(deployment(), scaler(2)), "no PodDisruptionBudget selects its 2 pods"],
      [
        among(scaled, budget("x", { selector: undefined })),
        "no PodDisruptionBudget selects its 2 pods",
      ],
      ...[{ maxUnavailable: 0 }, { minAvailable: 2 }, { minAvailable: "51%" }].map(
        (more) =>
          [
            among(scaled, budget("x", more)),
            "PodDisruptionBudget example lets none go: no host can be drained",
          ] as const,
      ),
      [
        among(deployment(), budget("x", { minAvailable: 1 })),
        "PodDisruptionBudget example lets none go: no host can be drained",
      ],
      [
        among(scaled, budget("x", { maxUnavailable: "100%" })),
        "PodDisruptionBudget example lets all 2 go at once",
      ],
      [
        among(scaled, budget("x"), budget("x")),
        "of more than one PodDisruptionBudget none counts: example, example",
      ],
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
