import { peopleProblems, sudoProblems } from "./accessSchema";
import { addressProblems } from "./addressRules";
import { appBackupProblems } from "./appBackupsSchema";
import { bastionProblems } from "./bastionSchema";
import { clearSecretProblems } from "./clearSecrets";
import { deliveryProblems } from "./deliverySchema";
import { certificateProblems } from "./certificatesSchema";
import { ingressProblems } from "./ingressSchema";
import { monitoringProblems, monitoringWarnings } from "./monitoringSchema";
import { mediaToolProblems } from "./mediaToolsSchema";
import type { Problem } from "./problems";
import { rotationProblems } from "./rotationRules";
import { registryProblems, registryWarnings } from "./registryRules";
import type { Config, HostConfig } from "./schema";
import { secretsProblems } from "./secretsSchema";
import { snapshotProblems } from "./snapshotsSchema";

/** What the cross-field rules found: problems stop the run, warnings are printed. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
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
      ...peopleProblems(config),
      ...sudoProblems(config),
      ...hostNameProblems(config.hosts),
      ...addressProblems(config),
      ...hostKeyProblems(config),
      ...bastionProblems(config.ssh),
      ...registryProblems(config.k3s),
      ...snapshotProblems(config.k3s.snapshots),
      ...appBackupProblems(config),
      ...rotationProblems(config.k3s),
      ...secretsProblems(config.secrets),
      ...clearSecretProblems(config),
      ...storageProblems(config),
      ...platformProblems(config),
      ...deliveryProblems(config),
      ...monitoringProblems(config.platform.monitoring),
      ...certificateProblems(config.platform.certManager, config.network.domain),
      ...ingressProblems(config.platform.ingress),
      ...mediaToolProblems(config),
    ],
    warnings: [
      ...serverCountWarnings(config),
      ...registryWarnings(config.k3s),
      ...monitoringWarnings(config.platform.monitoring),
    ],
  };
}
