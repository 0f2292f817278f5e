import type { ClusterObservation } from "../../components/k3s/observation";
import type { Config, HostConfig } from "../../config/schema";

/** When a host's clock was read, and when this machine asked and was answered; epoch seconds. */
export interface ClockFacts {
  readonly asked: number;
  readonly first: number;
  readonly last: number;
  readonly answered: number;
}

/** A mounted file system. */
export interface FilesystemFacts {
  readonly mount: string;
  readonly sizeKb: number;
  readonly freeKb: number;
  /** 0 where it has no fixed number of inodes. */
  readonly inodes: number;
  readonly freeInodes: number;
  readonly readOnly: boolean;
}

/** The disk under k3s. */
export interface DiskFacts {
  readonly kind: string;
  readonly device: string;
  readonly name: string;
  /** What it says about its wear, in its own words; empty on most SD cards. */
  readonly wear: string;
}

/** How far away this server finds the API at its virtual address. */
export interface VirtualIpFacts {
  /** Whether this host holds it. */
  readonly held: boolean;
  readonly answers: boolean;
  /** Hardware address that this host last sent to for it; empty where it is its own. */
  readonly hardwareAddress: string;
}

/** A pod as a server's API shows it. */
export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly phase: string;
  /** Epoch seconds. */
  readonly created: number;
  readonly containers: readonly {
    readonly ready: boolean;
    readonly restarts: number;
    /** Why it waits, such as `CrashLoopBackOff`. */
    readonly waiting: string;
  }[];
}

/** What keeps pods from being made: their namespace's Pod Security level. */
export interface RefusalFacts {
  readonly namespace: string;
  readonly object: string;
  readonly message: string;
}

/** Helm's record of one revision of a release. */
export interface ReleaseFacts {
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  /** In Helm's words, such as `deployed` or `pending-upgrade`. */
  readonly status: string;
  /** Epoch seconds at which the revision was begun. */
  readonly begun: number;
}

/** All that is known of one host; what is not known is not set. */
export interface HostFacts {
  readonly host: HostConfig;
  /** Why it could not be looked at, in one line with a mend. */
  readonly unreachable?: string;
  readonly clock?: ClockFacts;
  readonly model?: string;
  readonly container?: boolean;
  readonly timeSynchronised?: boolean;
  readonly unit?: { readonly name: string; readonly state: string; readonly restarts: number };
  readonly certificates: readonly { readonly path: string; readonly end: number }[];
  readonly filesystems: readonly FilesystemFacts[];
  readonly disk?: DiskFacts;
  /** Milliseconds of synchronous writes. */
  readonly writes: readonly number[];
  /** etcd's own histogram since its start: upper bound in seconds, writes that took no longer. */
  readonly walWrites: readonly { readonly bound: number; readonly count: number }[];
  readonly etcdBytes?: number;
  readonly etcdQuotaBytes?: number;
  readonly leaderChanges?: number;
  readonly memory?: {
    readonly totalKb: number;
    readonly availableKb: number;
    readonly swapKb: number;
  };
  readonly celsius?: number;
  /** Bits of `vcgencmd get_throttled`. */
  readonly throttled?: number;
  /** What the kernel has logged since boot. */
  readonly kernel?: {
    readonly undervoltage: number;
    readonly outOfMemory: number;
    readonly diskErrors: number;
  };
  readonly rebootReason?: string;
  readonly virtualIp?: VirtualIpFacts;
  readonly snapshot?: { readonly taken: number; readonly bytes: number; readonly file: string };
  readonly pods: readonly PodFacts[];
  readonly refusals: readonly RefusalFacts[];
  readonly releases: readonly ReleaseFacts[];
}

/** All that the doctor looks at. */
export interface Facts {
  readonly stack: string;
  readonly config: Config;
  readonly hosts: readonly HostFacts[];
  readonly cluster: ClusterObservation;
  /** Epoch seconds on this machine. */
  readonly now: number;
}

/** What is known of a host that could not be looked at. */
export function nothingKnown(host: HostConfig, unreachable: string): HostFacts {
  return {
    ...{ host, unreachable, certificates: [], filesystems: [], writes: [], walWrites: [] },
    ...{ pods: [], refusals: [], releases: [] },
  };
}
