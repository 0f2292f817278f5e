import type { PolicyRuleId } from "../../../catalogue/policyRules";
import {
  type Examples,
  object,
  digest,
  container,
  deployment,
  holding,
  job,
  service,
  pem,
  unknown,
  among,
} from "./builders";

/** Examples of rules about pods. */
export const podExamples = {
  "image-tag": {
    well: [
      deployment(),
      holding("image", `app@${digest}`),
      holding("image", "lan:5000/app:1"),
      ...[`app:latest@${digest}`, "app:mainline-1", "app:v1-latest", unknown].map((image) =>
        holding("image", image),
      ),
    ],
    wrong: [
      [holding("image", "app:latest"), "app:latest moves"],
      [holding("image", "app:Latest"), "app:Latest moves"],
      [holding("image", "app:stable-alpine"), "app:stable-alpine moves"],
      [holding("image", "lan:5000/app"), "lan:5000/app has no tag"],
      [job("initContainers", [{ ...container, image: "app" }]), "app has no tag"],
    ],
    other: service("ClusterIP"),
  },
  "image-digest": {
    well: [holding("image", `app:1@${digest}`)],
    wrong: [[deployment(), "registry.lan/app:1.2.3 has no digest"]],
    other: service("ClusterIP"),
  },
  "image-architectures": {
    well: [deployment(), holding("image", `registry.lan/app:1.2.3@${digest}`)],
    wrong: [
      [holding("image", "registry.lan/old:1"), "registry.lan/old:1 is not built for arm64"],
      [
        holding("image", "registry.lan/new:1"),
        "container app runs registry.lan/new:1, which no row of the catalogue pins",
      ],
    ],
    other: service("ClusterIP"),
  },
  resources: {
    well: [deployment()],
    wrong: [
      [holding("resources.limits"), "container app lacks limits.memory"],
      [holding("resources.limits.memory", null), "container app lacks limits.memory"],
      [holding("resources"), "container app lacks requests.cpu, requests.memory, limits.memory"],
    ],
    other: service("ClusterIP"),
  },
  probes: {
    well: [deployment()],
    wrong: [
      [holding("livenessProbe"), "container app lacks livenessProbe"],
      [holding("readinessProbe", null), "container app lacks readinessProbe"],
      [
        deployment("initContainers", [
          { ...container, readinessProbe: undefined, restartPolicy: "Always" },
        ]),
        "container app lacks readinessProbe",
      ],
    ],
    other: job("containers[0].livenessProbe"),
  },
  privileged: {
    well: [deployment()],
    wrong: [
      [holding("securityContext.privileged", true), "container app is privileged"],
      [holding("securityContext.procMount", "Unmasked"), "container app sees all of /proc"],
      [
        deployment("securityContext.windowsOptions", { hostProcess: true }),
        "container app is a process of its host",
      ],
      [
        holding("securityContext.appArmorProfile", { type: "Unconfined" }),
        "container app is not confined by AppArmor",
      ],
    ],
    other: service("ClusterIP"),
  },
  "host-path": {
    well: [deployment("volumes", [{ name: "data", emptyDir: {} }])],
    wrong: [
      [
        deployment("volumes", [{ name: "root", hostPath: { path: "/" } }]),
        "volume root is / of the host",
      ],
    ],
    other: service("ClusterIP"),
  },
  "host-namespaces": {
    well: [deployment("hostNetwork", false)],
    wrong: [
      [deployment("hostNetwork", true), "hostNetwork is on"],
      [deployment("hostPID", true), "hostPID is on"],
      [deployment("hostIPC", true), "hostIPC is on"],
    ],
    other: service("ClusterIP"),
  },
  "host-ports": {
    well: [
      holding("ports", [{ containerPort: 80, hostPort: 0 }]),
      holding("ports", [{ containerPort: 80, hostPort: null }]),
    ],
    wrong: [
      [holding("ports", [{ containerPort: 80, hostPort: 8080 }]), "container app takes 8080"],
    ],
    other: service("NodePort"),
  },
  "read-only-root": {
    well: [deployment()],
    wrong: [
      [holding("securityContext.readOnlyRootFilesystem"), "container app may write to its root"],
    ],
    other: service("ClusterIP"),
  },
  capabilities: {
    well: [deployment(), holding("securityContext.capabilities.add", ["NET_BIND_SERVICE"])],
    wrong: [
      [holding("securityContext.capabilities"), "container app does not drop all"],
      [holding("securityContext.capabilities.add", ["NET_RAW"]), "container app adds NET_RAW"],
    ],
    other: service("ClusterIP"),
  },
  "privilege-escalation": {
    well: [deployment()],
    wrong: [
      [holding("securityContext.allowPrivilegeEscalation"), "container app may gain privileges"],
    ],
    other: service("ClusterIP"),
  },
  "non-root": {
    well: [deployment(), holding("securityContext.runAsUser", 1000)],
    wrong: [
      [deployment("securityContext.runAsNonRoot"), "container app may run as root"],
      [holding("securityContext.runAsNonRoot", false), "container app may run as root"],
      [holding("securityContext.runAsUser", 0), "container app may run as root"],
    ],
    other: service("ClusterIP"),
  },
  seccomp: {
    well: [deployment(), holding("securityContext.seccompProfile", { type: "Localhost" })],
    wrong: [
      [deployment("securityContext.seccompProfile"), "container app has no profile"],
      [
        holding("securityContext.seccompProfile", { type: "Unconfined" }),
        "container app has profile Unconfined",
      ],
    ],
    other: service("ClusterIP"),
  },
  "service-account-token": {
    well: [
      deployment(),
      among(
        deployment("automountServiceAccountToken"),
        object("v1", "ServiceAccount", {
          metadata: { name: "default" },
          automountServiceAccountToken: false,
        }),
      ),
      deployment("volumes", [
        { name: "vault", projected: { sources: [{ serviceAccountToken: { audience: "vault" } }] } },
      ]),
    ],
    wrong: [
      [deployment("automountServiceAccountToken", true), "a token is mounted"],
      [
        deployment("volumes", [
          { name: "api", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
        ]),
        "volume api mounts a token",
      ],
      [
        object("v1", "Secret", { type: "kubernetes.io/service-account-token" }),
        "it is a token that never ends",
      ],
      [deployment("automountServiceAccountToken"), "a token is mounted"],
    ],
    other: service("ClusterIP"),
  },
  "literal-secret": {
    well: [
      holding("env", [
        { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
        { name: "PASSWORD_FILE", value: "/run/secrets/db" },
        { name: "TOKEN", value: "$(OTHER)" },
        { name: "LOG_LEVEL", value: "warn" },
        { name: "API_KEY", value: null },
      ]),
      holding("args", [
        "--password-file",
        "/run/db",
        "--token=$(TOKEN)",
        "--api-key",
        "$KEY",
        "--v",
      ]),
      holding("livenessProbe.httpGet.httpHeaders", [{ name: "Accept", value: "text/html" }]),
    ],
    wrong: [
      [
        holding("env", [{ name: "DB_PASSWORD", value: "canary" }]),
        "container app is given DB_PASSWORD as text",
      ],
      [
        holding("env", [{ name: "STORE", value: "redis://me:canary@redis" }]),
        "container app is given STORE as text: a password in a URL",
      ],
      [holding("args", [pem]), "container app is called with a private key"],
      ...[
        ["--password=canary"],
        ["--password", "canary"],
        ["sh -c 'run --password canary now'"],
      ].map(
        (args) =>
          [holding("args", args), "container app is called with a value for password"] as const,
      ),
      [
        holding("readinessProbe.httpGet.httpHeaders", [{ name: "X-Api-Key", value: "canary" }]),
        "readinessProbe sends X-Api-Key as text",
      ],
      [
        holding("lifecycle.preStop.exec.command", ["curl", "http://me:canary@app/stop"]),
        "container app is called with a password in a URL",
      ],
      [
        holding("env", [{ name: "X", value: "canary" }], {
          secretInputs: ["spec.template.spec.containers[0].env[0].value"],
        }),
        "container app is given X as text",
      ],
    ],
    other: service("ClusterIP"),
  },
} satisfies Partial<Record<PolicyRuleId, Examples>>;
