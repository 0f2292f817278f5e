import type { Image } from "../../catalogue/images";

/** A port of a service: the same number in the container and on its Service. */
export interface ServicePort {
  /** Name, at most 15 characters. */
  readonly name: string;
  readonly number: number;
}

/** A request that a container answers while it works. */
export interface ServiceHealth {
  readonly path: string;
  /** Name of the port that answers. */
  readonly port: string;
}

/**
 * A small service of the platform that no chart brings: one pod that runs unprivileged, reads its
 * configuration from one ConfigMap, and may keep data on one volume.
 */
export interface ServiceSettings {
  /** Name of all its objects. */
  readonly name: string;
  readonly namespace: string;
  /** Its role: `app.kubernetes.io/component`. */
  readonly component: string;
  /** What it belongs to: `app.kubernetes.io/part-of`. */
  readonly partOf: string;
  /** One sentence for people. */
  readonly description: string;
  readonly image: Image;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** User and group it runs as; never root. */
  readonly userId: number;
  readonly ports: readonly [ServicePort, ...ServicePort[]];
  readonly health: ServiceHealth;
  /** Files under `configPath`, by name. None of them holds a secret. */
  readonly files: Readonly<Record<string, string>>;
  readonly configPath: string;
  /** Folder it writes to: on a volume of that size, or in memory of the node. */
  readonly data?: { readonly path: string; readonly size: string };
  /** LoadBalancer address; without one it is reached inside the cluster only. */
  readonly address?: string;
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly memoryLimit: string;
}
