import type { Image } from "../images";
import type { WebAccess } from "../routes";

/** A port of an app: the same number in the container and on its Service. */
export interface AppPort {
  /** Name in the container and the Service, at most 15 characters. */
  readonly name: string;
  readonly number: number;
  readonly protocol: "TCP" | "UDP";
}

/** A request that an app answers, without credentials, when it works. */
export interface HealthCheck {
  /** Path on the web port, query included. */
  readonly path: string;
  /** Status codes of a healthy answer. */
  readonly statusCodes: readonly number[];
}

/** A value of the stack's Secret that an app is given. */
export interface AppSecret<Key extends string = string> {
  /** Key in the Secret. */
  readonly key: Key;
  /** Environment variable of the container that carries it. */
  readonly variable: string;
  /**
   * `environment`: the app reads the variable by itself. `file`: it reads a settings file only, into
   * which an init container writes the value before the app starts.
   */
  readonly appliedBy: "environment" | "file";
  /** The Secret may lack the key; the app starts without it. */
  readonly optional?: true;
}

/** An amount of CPU and memory, as Kubernetes quantities. */
export interface Amount {
  readonly cpu: string;
  readonly memory: string;
}

/** One app: everything about it that is the same on every cluster. */
export interface AppRow<Name extends string = string, SecretKey extends string = string> {
  /** Name of its Deployment, Service and DNS entry. */
  readonly name: Name;
  /** Its role in the stack: `app.kubernetes.io/component`. */
  readonly component: string;
  /** One sentence for people. */
  readonly description: string;
  /** Project page. */
  readonly website: string;
  readonly image: Image;
  /** Deployed after every app of a lower wave is ready; Argo CD's sync wave. */
  readonly wave: number;
  /** Its ports; the first serves the web interface. */
  readonly ports: readonly [AppPort, ...AppPort[]];
  /** Path of the web interface. Default `/`. */
  readonly webPath?: string;
  /** How its web interface is reached by name. */
  readonly access: WebAccess;
  readonly health: HealthCheck;
  /** Where the container keeps its settings and database. */
  readonly configPath: string;
  /** Access to the shared media volume. Apps without need of it survive its server's absence. */
  readonly media: "none" | "read" | "write";
  /**
   * Whom the image runs as. `rootFirst`: starts as root and drops to PUID and PGID. `either`: that,
   * or unprivileged from the start. `unprivileged`: never root.
   */
  readonly user: "rootFirst" | "either" | "unprivileged";
  /** Environment beside the stack's common one. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets: readonly AppSecret<SecretKey>[];
  readonly requests: Amount;
  readonly limits: Amount;
  /** Prefers nodes that run no etcd, where there is a choice. */
  readonly avoidsEtcd?: true;
  /** Apps of the stack it opens connections to. */
  readonly calls: readonly Name[];
}
