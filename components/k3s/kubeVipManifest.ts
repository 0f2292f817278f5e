import { stringify } from "yaml";
import { kubeVip } from "../../catalogue/k3s";

/** What decides kube-vip's manifests. */
export interface KubeVipSettings {
  /** The API's virtual address. */
  readonly address: string;
  /** Interface to announce it on. Default: the one of the default route. */
  readonly networkInterface?: string;
}

const name = "kube-vip";
const namespace = "kube-system";
const labels = {
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/component": "virtual-address",
  "app.kubernetes.io/part-of": "k3s",
  "app.kubernetes.io/version": kubeVip.tag,
  "app.kubernetes.io/managed-by": "bramble",
};

/** A lease only for the control plane, and nothing that serves LoadBalancer Services: MetalLB's. */
function environment({ address, networkInterface }: KubeVipSettings) {
  return Object.entries({
    vip_arp: "true",
    port: "6443",
    address,
    vip_subnet: "32",
    ...(networkInterface === undefined ? {} : { vip_interface: networkInterface }),
    cp_enable: "true",
    cp_namespace: namespace,
    svc_enable: "false",
    vip_leaderelection: "true",
    vip_leasename: "plndr-cp-lock",
    vip_leaseduration: "15",
    vip_renewdeadline: "10",
    vip_retryperiod: "2",
    prometheus_server: ":2112",
  }).map(([key, value]) => ({ name: key, value }));
}

function accessObjects() {
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace, labels },
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name, namespace, labels },
      rules: [
        {
          apiGroups: ["coordination.k8s.io"],
          resources: ["leases"],
          verbs: ["get", "list", "watch", "create", "update", "patch"],
        },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name, namespace, labels },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  ];
}

function daemonSet(settings: KubeVipSettings) {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: { "app.kubernetes.io/name": name } },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          hostNetwork: true,
          securityContext: { seccompProfile: { type: "RuntimeDefault" } },
          priorityClassName: "system-node-critical",
          nodeSelector: { "node-role.kubernetes.io/control-plane": "true" },
          tolerations: [
            { effect: "NoSchedule", operator: "Exists" },
            { effect: "NoExecute", operator: "Exists" },
          ],
          containers: [
            {
              name,
              image: `${kubeVip.repository}:${kubeVip.tag}`,
              imagePullPolicy: "IfNotPresent",
              args: ["manager"],
              env: environment(settings),
              resources: {
                requests: { cpu: "10m", memory: "32Mi" },
                limits: { memory: "96Mi" },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] },
              },
              readinessProbe: { httpGet: { path: "/metrics", port: 2112 }, periodSeconds: 10 },
              livenessProbe: {
                httpGet: { path: "/metrics", port: 2112 },
                initialDelaySeconds: 30,
                periodSeconds: 20,
                failureThreshold: 6,
              },
            },
          ],
        },
      },
    },
  };
}

/**
 * Renders kube-vip as a static manifest of k3s: access rules and the DaemonSet on the servers.
 *
 * @see https://kube-vip.io/docs/usage/k3s/
 */
export function renderKubeVip(settings: KubeVipSettings): string {
  return [...accessObjects(), daemonSet(settings)]
    .map((object) => stringify(object, { aliasDuplicateObjects: false }))
    .join("---\n");
}
