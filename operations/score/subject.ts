import type { core } from "@pulumi/kubernetes/types/input";
import type { Config } from "../../config/schema";
import {
  wantedCluster,
  type WantedObject,
  type WantedRelease,
  type WantedSecret,
} from "../drift/checks";
import type { Registration } from "../inprocess/run";

/** A pod template with the object that makes the pods. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly pod: core.v1.PodSpec;
}

/** A container with the workload it is part of. */
export interface WorkloadContainer {
  readonly name: string;
  /** Whether it runs as long as the pod, and not once before or as a job. */
  readonly lasting: boolean;
  readonly container: core.v1.Container;
}

/** What is planned but not in the cluster as planned. */
export interface Shortfall {
  /** Objects and releases that are not there. */
  readonly missing: ReadonlySet<string>;
  /** Things that were compared. */
  readonly compared: number;
  /** Of these: not as planned. */
  readonly differing: number;
}

/** What a score is computed from. */
export interface Subject {
  readonly config: Config;
  readonly objects: readonly WantedObject[];
  readonly secrets: readonly WantedSecret[];
  readonly releases: readonly WantedRelease[];
  readonly workloads: readonly Workload[];
  readonly containers: readonly WorkloadContainer[];
  /** Secrets of the stack's file that are in clear; nothing else reads such a file. */
  readonly clearSecrets: readonly string[];
  /** Files whose past or present versions in Git hold a secret; undefined where that is not known. */
  readonly history: readonly string[] | undefined;
  /** Addresses of servers whose k3s is told to encrypt Secrets in etcd. */
  readonly encrypting: ReadonlySet<string>;
  /** Undefined where only the plan is judged. */
  readonly shortfall: Shortfall | undefined;
}

interface Template {
  readonly spec?: core.v1.PodSpec;
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly template?: Template;
  readonly jobTemplate?: { readonly spec?: { readonly template?: Template } };
}

const lastingKinds = ["Deployment", "StatefulSet", "DaemonSet"];

function workloadOf({ kind, metadata, body }: WantedObject): Workload[] {
  const spec = body["spec"] as WorkloadSpec | undefined;
  const pod = (spec?.template ?? spec?.jobTemplate?.spec?.template)?.spec;
  if (pod === undefined) return [];
  const { name, namespace = "default" } = metadata;
  return [{ kind, name, namespace, replicas: spec?.replicas ?? 1, pod }];
}

function containersOf({ kind, name, pod }: Workload): WorkloadContainer[] {
  const all = (list: core.v1.PodSpec["containers"] | undefined, lasting: boolean) =>
    ((list ?? []) as core.v1.Container[]).map((container) => ({
      ...{ lasting, container },
      name: `${name}/${typeof container.name === "string" ? container.name : ""}`,
    }));
  return [
    ...all(pod.containers, lastingKinds.includes(kind)),
    ...all(pod.initContainers as core.v1.PodSpec["containers"], false),
  ];
}

function encryptingServer({ type, inputs }: Registration): string[] {
  if (type !== "command:remote:Command") return [];
  const { stdin, connection } = inputs as { stdin?: string; connection?: { host?: string } };
  const isTold = /^secrets-encryption: true$/m.test(stdin ?? "");
  return isTold && connection?.host !== undefined ? [connection.host] : [];
}

/** Collects what a score is computed from; what is missing in the cluster counts as not there. */
export function subjectOf(
  config: Config,
  registrations: readonly Registration[],
  clearSecrets: readonly string[],
  shortfall?: Shortfall,
  history?: readonly string[],
): Subject {
  const wanted = wantedCluster(registrations);
  const there = ({ urn }: { readonly urn: string }): boolean => !shortfall?.missing.has(urn);
  const objects = wanted.objects.filter(there);
  const workloads = objects.flatMap(workloadOf);
  return {
    ...{ config, objects, workloads, clearSecrets, shortfall, history },
    secrets: wanted.secrets.filter(there),
    releases: wanted.releases.filter(there),
    containers: workloads.flatMap(containersOf),
    encrypting: new Set(registrations.flatMap(encryptingServer)),
  };
}
