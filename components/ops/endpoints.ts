import type { Config } from "../../config/schema";
import { mediaAppSettings } from "../workload/mediaSettings";
import type { Endpoint } from "./endpoint";

/** A web interface behind the ingress. */
export interface ServedName {
  readonly host: string;
  readonly hostName: string;
  /** Path that people begin at. */
  readonly path: string;
}

/** What endpoints are derived from. */
export interface EndpointInput {
  readonly config: Config;
  readonly served: readonly ServedName[];
  /** NFS server of the shared volumes. */
  readonly nfsServer: string | undefined;
}

/** A page, a way to one, or a question for credentials. Traefik's own 404 is none of them. */
const servedCodes = [200, 301, 302, 303, 307, 308, 401, 403];

/** A name that is not going to vanish. */
const publicName = "example.com";

const nfsPort = 2049;

const asLabel = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

function apps({ media }: Config): Endpoint[] {
  if (!media.enabled) return [];
  return mediaAppSettings(media).map(({ row, address, stack }) => {
    const host = address ?? `${row.name}.${stack.namespace}.svc`;
    const url = `http://${host}:${String(row.ports[0].number)}${row.health.path}`;
    const { statusCodes } = row.health;
    return {
      ...{ name: row.name, app: row.name, group: "apps" },
      check: { kind: "http", url, statusCodes, publicCertificate: true },
    };
  });
}

function names({ config: { network }, served }: EndpointInput): Endpoint[] {
  const ingress = network.ingressAddress ?? "traefik.traefik.svc";
  return served.map(({ host, hostName, path }) => ({
    ...{ name: `name-${host}`, app: host, group: "names" },
    check: {
      ...{ kind: "http", url: `https://${ingress}${path}`, hostName },
      ...{ statusCodes: servedCodes, publicCertificate: false },
    },
  }));
}

/** The API answers at `/livez`, if only that it does not know who asks. */
function api(name: string, address: string): Endpoint {
  const url = `https://${address}:6443/livez`;
  return {
    ...{ name, app: "kubernetes-api", group: "cluster" },
    check: { kind: "http", url, statusCodes: [200, 401, 403], publicCertificate: false },
  };
}

function cluster({ cluster: { source }, hosts, k3s }: Config): Endpoint[] {
  if (source === "existing") return [];
  const servers = hosts.filter(({ role, state }) => role === "server" && state === "present");
  return [
    ...(k3s.virtualIp === undefined ? [] : [api("api", k3s.virtualIp)]),
    ...servers.map(({ name, address }) => api(`api-${name}`, address)),
  ];
}

function network({ config, nfsServer }: EndpointInput): Endpoint[] {
  const { gateway, dnsServers, internet } = config.ops.probes;
  const group = "network" as const;
  return [
    ...(nfsServer === undefined
      ? []
      : [
          {
            ...{ name: "nfs", app: "nfs", group },
            check: { kind: "tcp" as const, host: nfsServer, port: nfsPort },
          },
        ]),
    ...(gateway === undefined
      ? []
      : [
          {
            ...{ name: "gateway", app: "gateway", group },
            check: { kind: "ping" as const, address: gateway },
          },
        ]),
    ...dnsServers.map((server) => ({
      ...{ name: `dns-${asLabel(server)}`, app: "dns", group },
      check: { kind: "dns" as const, server, name: publicName },
    })),
    ...internet.map((url) => ({
      ...{ name: `internet-${asLabel(new URL(url).host)}`, app: "internet", group },
      check: { kind: "http" as const, url, statusCodes: [200, 204], publicCertificate: true },
    })),
  ];
}

/** Everything that is looked at: every app, every name, the cluster's API, and what all stand on. */
export function endpoints(input: EndpointInput): Endpoint[] {
  return [...apps(input.config), ...names(input), ...cluster(input.config), ...network(input)];
}
