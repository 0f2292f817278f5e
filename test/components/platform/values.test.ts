import assert from "node:assert/strict";
import { hostAlerts } from "../../../catalogue/alerts/hosts";
import { charts } from "../../../catalogue/charts";
import { alloyValues } from "../../../components/platform/alloyValues";
import { argoCdValues } from "../../../components/platform/argoCdValues";
import { certManagerValues } from "../../../components/platform/certManagerValues";
import { csiDriverNfsValues } from "../../../components/platform/csiDriverNfsValues";
import { jaegerScrape, tracingAddresses } from "../../../components/platform/jaeger";
import { lokiUrl, lokiValues } from "../../../components/platform/lokiValues";
import { metallbValues } from "../../../components/platform/metallbValues";
import {
  type MonitoringSettings,
  monitoringValues,
  retentionSize,
} from "../../../components/platform/monitoringValues";
import { traefikValues } from "../../../components/platform/traefikValues";
import { matchesGoldenYaml } from "../../support/golden";

const monitoring: MonitoringSettings = {
  retention: "10d",
  storage: "20Gi",
  etcdEndpoints: ["192.168.1.21", "192.168.1.22", "192.168.1.23"],
  lokiUrl,
  tracesUrl: tracingAddresses.query,
  scraped: Object.values(charts),
  scrapedServices: [jaegerScrape],
  ownHosts: true,
  cluster: "home",
  alerts: [{ name: "bramble-hosts", alerts: hostAlerts.slice(0, 1) }],
  alerting: {
    receivers: [{ name: "phone", type: "ntfy", severities: ["critical"], auth: false }],
    heartbeat: true,
  },
};

/** The values of every release on a four-Pi cluster, by chart. */
const rendered: Record<string, object> = {
  traefik: traefikValues({ address: "192.168.1.150", loadBalancer: true }),
  metallb: metallbValues(),
  "cert-manager": certManagerValues(),
  "kube-prometheus-stack": monitoringValues(monitoring),
  loki: lokiValues({ retention: "168h", storage: "10Gi" }),
  alloy: alloyValues({ lokiUrl, journal: true }),
  "argo-cd": argoCdValues({
    domain: "argocd.home.example.org",
    knownHosts: ["git.example.org ssh-ed25519 AAAA"],
    notify: { kind: "webhook", token: true },
  }),
  "csi-driver-nfs": csiDriverNfsValues({ server: "192.168.1.10", path: "/srv/media" }),
};

describe("the charts' values", () => {
  for (const [chart, values] of Object.entries(rendered)) {
    it(`of ${chart} are the reviewed ones`, () => {
      matchesGoldenYaml(`platform/${chart}-values.yaml`, values);
    });
  }

  it("exist for every chart of the catalogue", () => {
    assert.deepEqual(
      Object.keys(rendered),
      Object.values(charts).map((row) => row.chart),
    );
  });
});

describe("traefikValues", () => {
  it("lets the pools choose when no address is configured", () => {
    const { service } = traefikValues({ loadBalancer: true });
    assert.deepEqual(service, {
      spec: {
        type: "LoadBalancer",
        externalTrafficPolicy: "Local",
        allocateLoadBalancerNodePorts: false,
      },
    });
  });

  it("lets a host be drained: a budget would hold up the only replica", () => {
    const budget = (replicas?: number) =>
      "podDisruptionBudget" in traefikValues({ loadBalancer: true, replicas });
    assert.deepEqual([budget(), budget(1), budget(2)], [false, false, true]);
  });

  it("asks for no address where nobody hands one out, since Helm would wait for it", () => {
    assert.equal(traefikValues({ loadBalancer: false }).service.spec.type, "ClusterIP");
  });
});

describe("monitoringValues", () => {
  it("has no targets on a cluster whose control plane shows no metrics", () => {
    const values = monitoringValues({ ...monitoring, etcdEndpoints: [] });
    assert.deepEqual(values.kubeEtcd, { enabled: false });
    for (const part of ["kubeControllerManager", "kubeScheduler", "kubeProxy"] as const) {
      assert.equal(values[part].enabled, false, part);
    }
  });

  it("gives Grafana no Loki where there is none", () => {
    const { lokiUrl: _logs, tracesUrl: _traces, ...settings } = monitoring;
    assert.deepEqual(monitoringValues(settings).grafana.additionalDataSources, []);
  });

  it("scrapes just the releases that are installed", () => {
    const values = monitoringValues({ ...monitoring, scraped: [charts.traefik, charts.metallb] });
    assert.deepEqual(
      values.prometheus.additionalPodMonitors.map(({ name }) => name),
      ["traefik", "jaeger"],
    );
  });
});

describe("figures of Bramble's own", () => {
  it("are not looked for on hosts of others", () => {
    const values = monitoringValues({ ...monitoring, ownHosts: false });
    const parts = Object.keys(values["prometheus-node-exporter"]);
    assert.deepEqual(parts, [
      ...["resources", "securityContext", "containerSecurityContext", "prometheus"],
    ]);
  });

  it("stop growing before their volume is full, whatever unit its size has", () => {
    assert.equal(retentionSize("20Gi"), "17408MiB");
    assert.equal(retentionSize("500Mi"), "425MiB");
    assert.equal(retentionSize("1T"), "810623MiB");
  });
});

describe("csiDriverNfsValues", () => {
  it("keeps data: neither the volume nor its directory goes with the claim", () => {
    const [storageClass] = csiDriverNfsValues({ server: "nas", path: "/srv" }).storageClasses;
    assert.equal(storageClass?.reclaimPolicy, "Retain");
    assert.equal(storageClass.parameters.onDelete, "retain");
  });

  it("finds a claim's directory again, by names that a rebuild does not change", () => {
    const [storageClass] = csiDriverNfsValues({ server: "nas", path: "/srv" }).storageClasses;
    assert.equal(storageClass?.parameters.subDir, "${pvc.metadata.namespace}/${pvc.metadata.name}");
  });
});
