import { privateIssuer } from "../../components/platform/issuers";
import {
  hostName,
  type IngressSettings,
  type Route,
  routeUrl,
} from "../../components/ingress/settings";
import type { Config } from "../../config/schema";
import { ingressSettings, mediaRoutes, opsRoutes, platformRoutes } from "../../stacks/ingress";
import { platformSettings } from "../../stacks/platform";
import { renderTable } from "../table";

/** What a stack serves by name. */
export interface Served {
  readonly settings: IngressSettings;
  readonly routes: readonly Route[];
  /** Address of the ingress; unset where the cluster chooses it. */
  readonly address: string | undefined;
}

/** What a configuration serves by name; `undefined` without an ingress controller. */
export function served(config: Config): Served | undefined {
  const settings = ingressSettings(config);
  if (settings === undefined) return undefined;
  // Neither says anything about names.
  const parts = platformSettings(config, { serverAddresses: [], nfsServer: "unread" });
  return {
    settings,
    routes: [...platformRoutes(parts), ...mediaRoutes(config), ...opsRoutes(config)],
    address: config.network.ingressAddress,
  };
}

const askedBy = { own: "its own log-in", gate: "the gate", public: "nobody" } as const;

const findAddress =
  "kubectl --namespace traefik get service traefik --output jsonpath='{.status.loadBalancer.ingress[0].ip}'";

function gateLine({ gate }: IngressSettings, stack: string): string {
  return gate.type === "basic"
    ? `the gate: user ${gate.user}, password by \`npm run --silent secrets -- ${stack} show ingressPassword\``
    : `the gate: ${gate.url} decides`;
}

function dnsLines({ settings, address }: Served): string[] {
  const { domain } = settings;
  if (address === undefined)
    return [`DNS: *.${domain} to the address that this prints: ${findAddress}`];
  return [
    `DNS: one record *.${domain} A ${address}`,
    `     in dnsmasq or Pi-hole: address=/${domain}/${address}`,
    `     without a DNS server: \`npm run urls -- <stack> hosts\`, into /etc/hosts of each machine`,
  ];
}

function authorityLines({ certificates }: IngressSettings): string[] {
  if (certificates?.issuer !== privateIssuer) return [];
  return [
    "the private authority that browsers have to trust, as bramble-ca.crt:",
    "  kubectl --namespace cert-manager get secret bramble-ca --output jsonpath='{.data.tls\\.crt}' | base64 --decode > bramble-ca.crt",
  ];
}

/** Every web interface with its address, who asks for credentials there, and what DNS needs. */
export function renderUrls(stack: string, all: Served): string {
  const { settings, routes } = all;
  const table = renderTable([
    ["name", "address", "asks for credentials", "what"],
    ...routes.map((route) => [
      route.host,
      routeUrl(route, settings),
      askedBy[route.authentication],
      route.description,
    ]),
  ]);
  const lines = [
    gateLine(settings, stack),
    ...dnsLines(all).map((line) => line.replace("<stack>", stack)),
    ...authorityLines(settings),
  ];
  return `${table}\n${lines.map((line) => `${line}\n`).join("")}`;
}

/**
 * Lines for `/etc/hosts`, where no DNS server knows the names.
 *
 * @throws Error when the configuration leaves the address to the cluster.
 */
export function renderHosts({ settings, routes, address }: Served): string {
  if (address === undefined) {
    throw new Error(
      "bramble:network.ingressAddress: is not set, so the address is not known beforehand: set it to one of the pools'",
    );
  }
  return routes.map((route) => `${address} ${hostName(route, settings)}\n`).join("");
}
