import { stringify } from "yaml";
import { images } from "../../catalogue/images";
import type { ServiceSettings } from "../service/settings";
import type { Check, Endpoint } from "./endpoint";

/** Namespace of what watches the services. */
export const opsNamespace = "ops";

const blackboxName = "blackbox-exporter";
const port = 9115;

/** Name of the module that does a check; checks of one kind share it. */
function moduleName(check: Check): string {
  switch (check.kind) {
    case "http": {
      const certificate = check.publicCertificate ? "" : "_any_certificate";
      return `http_${check.statusCodes.join("_")}${certificate}`;
    }
    case "tcp":
      return "tcp";
    case "ping":
      return "ping";
    case "dns":
      return `dns_${check.name}`;
  }
}

function moduleOf(check: Check): object {
  const usual = { timeout: "8s" };
  const byIpv4 = { preferred_ip_protocol: "ip4" };
  switch (check.kind) {
    case "http":
      return {
        ...{ prober: "http", ...usual },
        http: {
          ...byIpv4,
          valid_status_codes: [...check.statusCodes],
          // A way to elsewhere is an answer where it counts as one, and may leave the cluster.
          follow_redirects: !check.statusCodes.includes(302),
          ...(check.publicCertificate ? {} : { tls_config: { insecure_skip_verify: true } }),
        },
      };
    case "tcp":
      return { prober: "tcp", ...usual, tcp: byIpv4 };
    case "ping":
      return { prober: "icmp", ...usual, icmp: byIpv4 };
    case "dns":
      return {
        ...{ prober: "dns", ...usual },
        dns: { ...byIpv4, query_name: check.name, query_type: "A" },
      };
  }
}

function target(check: Check): string {
  switch (check.kind) {
    case "http":
      return check.url;
    case "tcp":
      return `${check.host}:${String(check.port)}`;
    case "ping":
      return check.address;
    case "dns":
      return `${check.server}:53`;
  }
}

/**
 * Configuration of the blackbox exporter: one module for each kind of check.
 *
 * @see https://github.com/prometheus/blackbox_exporter/blob/master/CONFIGURATION.md
 */
export function blackboxConfig(rows: readonly Endpoint[]) {
  const modules = rows.map(({ check }) => [moduleName(check), moduleOf(check)] as const);
  return { modules: Object.fromEntries(modules) };
}

/** The exporter that makes the checks when Prometheus asks it to. */
export function blackboxService(rows: readonly Endpoint[]): ServiceSettings {
  return {
    name: blackboxName,
    namespace: opsNamespace,
    component: "prober",
    partOf: "ops",
    description: "Asks every address of the cluster for Prometheus whether it answers",
    image: images.blackboxExporter,
    args: ["--config.file=/etc/blackbox/config.yml"],
    environment: { GOMEMLIMIT: "48MiB" },
    userId: 65534,
    ports: [{ name: "http", number: port }],
    health: { path: "/-/healthy", port: "http" },
    files: { "config.yml": stringify(blackboxConfig(rows)) },
    configPath: "/etc/blackbox",
    requests: { cpu: "5m", memory: "16Mi" },
    memoryLimit: "64Mi",
  };
}

/** What is kept of a check; the rest would be thirty series for each. */
const keptFigures =
  "probe_success|probe_duration_seconds|probe_http_status_code|probe_ssl_earliest_cert_expiry|up";

/**
 * Has Prometheus look at an endpoint every minute. Its figures carry `probe`, `app` and `group`.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Probe
 */
export function renderProbe({ name, app, group, check }: Endpoint) {
  const hostName = check.kind === "http" ? check.hostName : undefined;
  return {
    apiVersion: "monitoring.coreos.com/v1" as const,
    kind: "Probe" as const,
    metadata: {
      name,
      namespace: opsNamespace,
      labels: {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/component": "probe",
        "app.kubernetes.io/part-of": "ops",
        "app.kubernetes.io/managed-by": "pulumi",
      },
    },
    spec: {
      jobName: "blackbox",
      interval: "60s",
      scrapeTimeout: "10s",
      module: moduleName(check),
      ...(hostName === undefined ? {} : { params: [{ name: "hostname", values: [hostName] }] }),
      prober: { url: `${blackboxName}.${opsNamespace}.svc:${String(port)}` },
      targets: { staticConfig: { static: [target(check)], labels: { probe: name, app, group } } },
      metricRelabelings: [{ sourceLabels: ["__name__"], regex: keptFigures, action: "keep" }],
    },
  };
}
