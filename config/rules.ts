import { contains, overlaps, parseAddress, parseRange, type AddressRange } from "./addresses";
import type { Problem } from "./problems";
import type { Config, HostConfig } from "./schema";

/** What the cross-field rules found: problems stop the run, warnings are printed. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

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
  return [
    ...(ingress === undefined
      ? []
      : [{ path: "network.ingressAddress", what: "the ingress", address: ingress }]),
    ...apps,
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

function hostNameProblems(hosts: readonly HostConfig[]): Problem[] {
  return hosts.flatMap((host, index) => {
    const first = hosts.findIndex((other) => other.name === host.name);
    return first === index
      ? []
      : [
          {
            path: `hosts[${String(index)}].name`,
            message: `${host.name} is already the name of hosts[${String(first)}]: names must differ`,
          },
        ];
  });
}

function addressProblems(config: Config): Problem[] {
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

function clusterProblems(config: Config): Problem[] {
  const { source, kubeconfigPath, context } = config.cluster;
  if (source === "existing") {
    return config.hosts.length === 0
      ? []
      : [
          {
            path: "hosts",
            message:
              "an existing cluster has no hosts of Bramble's: remove the list or set cluster.source to k3s",
          },
        ];
  }
  const present = config.hosts.filter(({ state }) => state === "present");
  const problems: Problem[] = [];
  if (!present.some(({ role }) => role === "server")) {
    problems.push({
      path: "hosts",
      message:
        present.length === 0
          ? "no host: list at least one with role server, or set cluster.source to existing"
          : "agents need a server: give at least one present host the role server",
    });
  }
  for (const [key, value] of Object.entries({ kubeconfigPath, context })) {
    if (value !== undefined) {
      problems.push({
        path: `cluster.${key}`,
        message: `${value} is for an existing cluster only: remove it or set cluster.source to existing`,
      });
    }
  }
  return problems;
}

function hostKeyProblems(config: Config): Problem[] {
  if (!config.ssh.requireHostKeys) return [];
  return config.hosts.flatMap((host, index) =>
    host.hostKey !== undefined || host.state === "gone"
      ? []
      : [
          {
            path: `hosts[${String(index)}].hostKey`,
            message: `${host.name} has no pinned host key: run \`npm run hosts -- <stack> trust\` (or set ssh.requireHostKeys to false and accept any machine at ${host.address})`,
          },
        ],
  );
}

function storageProblems(config: Config): Problem[] {
  const { nfs } = config.storage;
  if (nfs === undefined) return mediaClassProblems(config);
  if ((nfs.server === undefined) === (nfs.host === undefined)) {
    return [
      {
        path: "storage.nfs",
        message: "name either `server` (a NAS) or `host` (a host that exports its SSD), not both",
      },
    ];
  }
  return nfs.host === undefined || config.hosts.some(({ name }) => name === nfs.host)
    ? []
    : [{ path: "storage.nfs.host", message: `${nfs.host} is not the name of a host in \`hosts\`` }];
}

/** Without NFS nothing serves the class `nfs-client` on Bramble's own cluster. */
function mediaClassProblems(config: Config): Problem[] {
  const { enabled, storage } = config.media;
  if (!enabled || config.cluster.source === "existing") return [];
  return (["mediaClass", "configClass"] as const)
    .filter((key) => storage[key] === "nfs-client")
    .map((key) => ({
      path: `media.storage.${key}`,
      message:
        "nfs-client needs an NFS server: set storage.nfs, name another class (local-path keeps the data on one host), or set media.enabled to false",
    }));
}

function platformProblems(config: Config): Problem[] {
  const { platform, network } = config;
  if (!platform.metallb.enabled || network.pools.length > 0) return [];
  return [
    {
      path: "network.pools",
      message:
        "MetalLB has no addresses: list a pool outside your router's DHCP range, or set platform.metallb.enabled to false",
    },
  ];
}

function serverCountWarnings(config: Config): Problem[] {
  const count = config.hosts.filter(
    ({ role, state }) => role === "server" && state === "present",
  ).length;
  if (config.cluster.source === "existing" || count === 0) return [];
  if (count === 1) {
    return [
      {
        path: "hosts",
        message:
          "one server: when it fails the cluster is away until it returns; three survive one loss",
      },
    ];
  }
  return count % 2 === 1
    ? []
    : [
        {
          path: "hosts",
          message: `${String(count)} servers survive no more losses than ${String(count - 1)}: use an odd number`,
        },
      ];
}

/** Checks everything that takes more than one field to judge. */
export function checkRules(config: Config): Findings {
  return {
    problems: [
      ...clusterProblems(config),
      ...hostNameProblems(config.hosts),
      ...addressProblems(config),
      ...hostKeyProblems(config),
      ...storageProblems(config),
      ...platformProblems(config),
    ],
    warnings: serverCountWarnings(config),
  };
}
