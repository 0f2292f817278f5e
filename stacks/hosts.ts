import type * as pulumi from "@pulumi/pulumi";
import { Host } from "../components/host/Host";
import { limitSudo } from "../components/host/limitSudo";
import { hostPackages, sealingPackages } from "../components/host/requirements";
import { nfsExport, nfsServerPackages } from "../components/host/nfsExport";
import type { Bastion, HostTarget } from "../components/remote/connection";
import type { Secrets } from "../config/load";
import { airGapArchitectures } from "../config/localFiles";
import type { Config, HostConfig } from "../config/schema";

/** A host that is fit and prepared for k3s. */
export interface PreparedHost {
  readonly config: HostConfig;
  readonly target: HostTarget;
  readonly host: Host;
  /** Done when the operating system is prepared. */
  readonly prepared: pulumi.Resource;
  /** Done when the host exports `storage.nfs.path`, where it is the one that does. */
  readonly exported: pulumi.Resource | undefined;
}

/** The bastion of a host; one that is itself a host is reached directly. */
function bastionOf({ bastion, user }: Config["ssh"], host: HostConfig): { bastion?: Bastion } {
  if (bastion === undefined || bastion.address === host.address) return {};
  const { address, port, hostKey } = bastion;
  return {
    bastion: {
      ...{ address, port, user: bastion.user ?? user },
      ...(hostKey === undefined ? {} : { hostKey: hostKey.trim() }),
    },
  };
}

/** How a host is reached, from its row and the stack's defaults. */
export function hostTarget(
  { ssh }: Config,
  host: HostConfig,
  privateKey: pulumi.Output<string> | undefined,
): HostTarget {
  return {
    name: host.name,
    address: host.address,
    user: host.user ?? ssh.user,
    port: host.port ?? ssh.port,
    generation: host.generation,
    ...(host.hostKey === undefined ? {} : { hostKey: host.hostKey.trim() }),
    ...bastionOf(ssh, host),
    ...(ssh.auth === "agent" || privateKey === undefined ? {} : { privateKey }),
  };
}

/**
 * Brings the present hosts to the point where k3s can be installed. No host is changed before the
 * preflight of every host has passed.
 */
export function hosts(
  config: Config,
  secrets: Secrets,
  clusterId: pulumi.Output<string>,
): PreparedHost[] {
  const { nfs } = config.storage;
  const { airGapDirectory } = config.k3s;
  const exporter = nfs?.host;
  const checked = config.hosts
    .filter(({ state }) => state === "present")
    .map((row) => {
      const target = hostTarget(config, row, secrets.sshPrivateKey);
      const host = new Host(row.name, {
        host: target,
        role: row.role,
        k3sVersion: config.k3s.version,
        kubeletArgs: config.k3s.kubeletArgs,
        embeddedRegistry: config.k3s.embeddedRegistry,
        ...(airGapDirectory === undefined
          ? {}
          : { architectures: airGapArchitectures(airGapDirectory) }),
        clusterId,
        packages: [
          ...hostPackages,
          ...(row.name === exporter ? nfsServerPackages : []),
          ...(config.k3s.snapshots.offHost === undefined ? [] : sealingPackages),
        ],
      });
      return { config: row, target, host };
    });
  const fit = checked.map(({ host }) => host.preflight);
  return checked.map((entry) => {
    const prepared = entry.host.prepare(fit);
    if (config.ssh.sudo === "scripts") {
      limitSudo(entry.target, { parent: entry.host, dependsOn: [prepared] });
    }
    const exported =
      nfs !== undefined && entry.config.name === exporter
        ? nfsExport(
            {
              host: entry.target,
              path: nfs.path,
              clients: checked.map(({ target }) => target.address),
            },
            { parent: entry.host, dependsOn: [prepared] },
          )
        : undefined;
    return { ...entry, prepared, exported };
  });
}
