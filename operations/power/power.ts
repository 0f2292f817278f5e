import type { ClusterObservation } from "../../components/k3s/observation";
import type { RunRecorder } from "../records/run";
import type { HostAccess } from "../connection/session";

/** What `power` is told. */
export interface PowerOptions {
  readonly access: HostAccess;
  /** `off`: only k3s and its pods are stopped. */
  readonly hostsStayOn: boolean;
  /** `off`: also where something is not healthy. */
  readonly force: boolean;
  /** Asks the operator; true for yes. */
  readonly confirm: (question: string, word: string) => Promise<boolean>;
  /** `on`: seconds to wait for hosts. */
  readonly patienceSeconds: number;
  /** `on`: seconds after which a majority of servers is enough. */
  readonly graceSeconds: number;
  /** Where the record goes. Default: `docs/governance` of the project. */
  readonly folder?: string;
  readonly print: (text: string) => void;
}

/** A run of `power` under way. */
export interface PowerRun extends PowerOptions {
  readonly recorder: RunRecorder;
}

/** What is not well in a cluster, one line each with a mend; nothing when it can be switched off. */
export function ailments({ hosts, members, nodes }: ClusterObservation): string[] {
  const unseen = hosts.flatMap(({ unreachable }) => unreachable ?? []);
  const silent = hosts.some(({ api }) => api)
    ? []
    : ["no server's API answers: npm run doctor tells why"];
  const ill = members
    .filter(({ healthy, learner }) => !healthy || learner)
    .map(
      ({ name, learner }) =>
        `${name} ${learner ? "has no vote in etcd yet" : "is not healthy in etcd"}`,
    );
  const away = nodes
    .filter(({ ready }) => !ready)
    .map(({ name }) => `${name} is not Ready: see kubectl describe node ${name}`);
  return [...unseen, ...silent, ...ill, ...away];
}
