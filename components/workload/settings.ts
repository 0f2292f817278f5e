import type { AppRow } from "../../catalogue/apps/types";

/** What all apps of one stack share. */
export interface StackSettings {
  /** Name of the stack: `app.kubernetes.io/part-of`. */
  readonly name: string;
  readonly namespace: string;
  /** Pod Security level of the namespace, which decides how tight the pods are. */
  readonly podSecurity: "privileged" | "baseline" | "restricted";
  /** ConfigMap that every container takes its common environment from. */
  readonly commonConfig: { readonly name: string; readonly data: Readonly<Record<string, string>> };
  /** Secret that the rows' keys are in. */
  readonly secretName: string;
  /** Claim of the shared media volume. */
  readonly mediaClaim: string;
  /** User and group that own the apps' files. */
  readonly userId: number;
  readonly groupId: number;
  /** Whether deploying waits until an app answers. */
  readonly awaitReady: boolean;
}

/** An app's row with everything its stack decides for it: what the renderers take. */
export interface AppSettings {
  readonly row: AppRow;
  readonly stack: StackSettings;
  /** LoadBalancer address; without one the app is reached inside the cluster only. */
  readonly address: string | undefined;
  /** Where the app's settings and database live. */
  readonly configVolume: {
    readonly claim: string;
    /** Folder of the claim; unset when the claim is the app's alone. */
    readonly folder: string | undefined;
  };
  /** Apps of the stack it connects to, with their web ports. */
  readonly calls: readonly AppPeer[];
  /** Apps and tools of the stack that connect to it. */
  readonly calledBy: readonly string[];
  /** Whether the wiring gives its web interface a log-in. */
  readonly wiredLogin: boolean;
  /** Environment that the configuration decides, beside the row's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** A device that transcodes for it; the CPU does otherwise. */
  readonly device: DeviceSettings | undefined;
}

/** A device of the node, by its path there or as a device plugin's resource. */
export interface DeviceSettings {
  readonly path: string | undefined;
  readonly resource: string | undefined;
  /** Labels of the nodes that have it. */
  readonly nodeLabels: Readonly<Record<string, string>>;
}

/** Another app of the same stack. */
export interface AppPeer {
  readonly name: string;
  readonly port: number;
}
