import type { HostConfig } from "../../config/schema";

/** A member of etcd as a server sees it. */
export interface EtcdMember {
  readonly id: string;
  /** Name of its node, without the suffix that k3s gives members. */
  readonly name: string;
  readonly address: string;
  /** Has no vote yet. */
  readonly learner: boolean;
  readonly healthy: boolean;
}

/** A node as the API shows it. */
export interface NodeObservation {
  readonly name: string;
  readonly ready: boolean;
  /** Votes in etcd. Releases before 1.25 do not tell: there a server that is Ready counts. */
  readonly voter: boolean;
  readonly schedulable: boolean;
  readonly version: string;
  readonly internalIp: string;
  readonly roles: readonly ("server" | "agent")[];
  /** Annotation `bramble.dev/maintenance`: set while Bramble has the node cordoned. */
  readonly startedMaintenance?: string;
}

/** A volume whose data lies on one host's disk. */
export interface LocalVolume {
  /** `namespace/claim`. */
  readonly claim: string;
  readonly path: string;
  /** Annotation `bramble.dev/verified-backup`: RFC 3339 time of the newest backup that was tried. */
  readonly lastVerifiedBackup?: string;
}

/** What a host says of itself, and, if it is a server, of its cluster. */
export interface HostObservation {
  readonly host: HostConfig;
  /** Why it could not be looked at, in one line with a mend; everything else is then empty. */
  readonly unreachable?: string;
  /** Identity of the cluster whose k3s is installed here. */
  readonly clusterId?: string;
  /** Generation of its row that was applied last, where it is known. */
  readonly generation?: number;
  readonly k3s: {
    readonly version?: string;
    readonly unit?: "k3s" | "k3s-agent";
    readonly active: boolean;
    /** RFC 3339 time since when the unit is active. */
    readonly startedAt?: string;
    /** Whether k3s runs with what is staged for it; unset where there is none. */
    readonly applied?: boolean;
  };
  readonly etcd: { readonly hasData: boolean; readonly members: readonly EtcdMember[] };
  /** Whether this server's own API answered, which takes a majority of etcd. */
  readonly api: boolean;
  readonly nodes: readonly NodeObservation[];
  /** Volumes on this host's disk; by the cluster's own list where an API answered. */
  readonly localVolumes: readonly LocalVolume[];
  /** SHA-256 of staged files by their path under /etc/bramble/k3s. */
  readonly files: Readonly<Record<string, string>>;
  /** Why a reboot is due. */
  readonly rebootReason?: string;
}

/** All hosts of a stack, and the cluster as the best informed server sees it. */
export interface ClusterObservation {
  readonly hosts: readonly HostObservation[];
  readonly members: readonly EtcdMember[];
  readonly nodes: readonly NodeObservation[];
}
