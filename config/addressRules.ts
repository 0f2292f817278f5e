import { contains, overlaps, parseAddress, parseRange, type AddressRange } from "./addresses";
import type { Problem } from "./problems";
import type { Config } from "./schema";

/** Something with one address, and where the configuration says so. */
interface Claim {
  readonly path: string;
  readonly what: string;
  readonly address: string;
}

function hostClaims(config: Config): Claim[] {
  return config.hosts.map((host, index) => ({
    path: `hosts[${String(index)}].address`,
    what: `host ${host.name}`,
    address: host.address,
  }));
}

function serviceClaims(config: Config): Claim[] {
  const ingress = config.network.ingressAddress;
  const apps = Object.entries(config.media.enabled ? config.media.apps : {}).flatMap(
    ([name, app]) =>
      app.enabled && app.address !== undefined
        ? [{ path: `media.apps.${name}.address`, what: name, address: app.address }]
        : [],
  );
  const page = config.ops.statusPage;
  return [
    ...(ingress === undefined
      ? []
      : [{ path: "network.ingressAddress", what: "the ingress", address: ingress }]),
    ...apps,
    ...(!page.enabled || page.address === undefined
      ? []
      : [{ path: "ops.statusPage.address", what: "the status page", address: page.address }]),
  ];
}

function virtualIpClaims(config: Config): Claim[] {
  const address = config.k3s.virtualIp;
  return address === undefined
    ? []
    : [{ path: "k3s.virtualIp", what: "the API's virtual address", address }];
}

interface NamedRange {
  readonly path: string;
  readonly text: string;
  readonly range: AddressRange;
}

function namedRange(path: string, text: string | undefined): NamedRange[] {
  const range = text === undefined ? undefined : parseRange(text);
  return text === undefined || range === undefined ? [] : [{ path, text, range }];
}

function poolRanges(config: Config): NamedRange[] {
  return config.network.pools.flatMap((pool, index) =>
    pool.addresses.flatMap((text, position) =>
      namedRange(`network.pools[${String(index)}].addresses[${String(position)}]`, text),
    ),
  );
}

/** Names and addresses that must differ: says both owners, at the later one. */
function duplicates(claims: readonly Claim[]): Problem[] {
  const owners = new Map<string, Claim>();
  return claims.flatMap((claim) => {
    const owner = owners.get(claim.address);
    if (owner === undefined) {
      owners.set(claim.address, claim);
      return [];
    }
    return [
      {
        path: claim.path,
        message: `${claim.address} is already the address of ${owner.what} (${owner.path}): give ${claim.what} its own`,
      },
    ];
  });
}
/** Every rule about who may have which address: each has one owner, and ranges stay apart. */
export function addressProblems(config: Config): Problem[] {
  const services = serviceClaims(config);
  const fixed = [...hostClaims(config), ...virtualIpClaims(config)];
  const pools = poolRanges(config);
  const dhcp = namedRange("network.dhcpRange", config.network.dhcpRange);
  const inRange = (claim: Claim, ranges: readonly NamedRange[]): NamedRange | undefined => {
    const value = parseAddress(claim.address);
    return ranges.find(({ range }) => value !== undefined && contains(range, value));
  };
  const fixedInPool = fixed.flatMap((claim) => {
    const pool = inRange(claim, pools);
    return pool === undefined
      ? []
      : [
          {
            path: claim.path,
            message: `${claim.address} (${claim.what}) lies in MetalLB's range ${pool.text} (${pool.path}): move one of them`,
          },
        ];
  });
  const serviceOutside = services.flatMap((claim) =>
    pools.length === 0 || inRange(claim, pools) !== undefined
      ? []
      : [
          {
            path: claim.path,
            message: `${claim.address} lies in no pool: add it to network.pools or choose an address from ${pools.map(({ text }) => text).join(", ")}`,
          },
        ],
  );
  const fixedInDhcp = fixed.flatMap((claim) => {
    const range = inRange(claim, dhcp);
    return range === undefined
      ? []
      : [
          {
            path: claim.path,
            message: `${claim.address} (${claim.what}) lies in the DHCP range ${range.text}: your router may give it to another machine`,
          },
        ];
  });
  return [
    ...duplicates([...fixed, ...services]),
    ...fixedInPool,
    ...serviceOutside,
    ...fixedInDhcp,
    ...rangeProblems(config, pools, dhcp),
  ];
}

/** Ranges that must not share addresses: pools, DHCP, pods, Services, and hosts' network. */
function rangeProblems(
  config: Config,
  pools: readonly NamedRange[],
  dhcp: readonly NamedRange[],
): Problem[] {
  const pods = namedRange("k3s.clusterCidr", config.k3s.clusterCidr);
  const services = namedRange("k3s.serviceCidr", config.k3s.serviceCidr);
  const ranges = [...dhcp, ...pools, ...pods, ...services];
  const clashes = ranges.flatMap((right, index) =>
    ranges
      .slice(0, index)
      .filter((left) => overlaps(left.range, right.range))
      .map((left) => ({
        path: right.path,
        message: `${right.text} overlaps ${left.text} (${left.path}): make them disjoint`,
      })),
  );
  const hostsInside = hostClaims(config).flatMap((claim) => {
    const value = parseAddress(claim.address);
    return [...pods, ...services]
      .filter(({ range }) => value !== undefined && contains(range, value))
      .map((range) => ({
        path: range.path,
        message: `${range.text} contains ${claim.what} (${claim.address}): choose a range your network does not use`,
      }));
  });
  return [...clashes, ...hostsInside];
}
