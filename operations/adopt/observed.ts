/** What one host told of its cluster. Tokens and values of Secrets are secret: never print them. */
export interface ObservedHost {
  readonly name: string;
  readonly role: "server" | "agent";
  readonly clusterId: string | undefined;
  readonly agentToken: string | undefined;
  readonly serverToken: string | undefined;
  readonly running: boolean;
  /** Whether a server carries the cluster's etcd data. */
  readonly member: boolean;
  /** When k3s was started, in microseconds since the host's boot. */
  readonly since: string;
  /** Values of Secrets, by `namespace/name/key`. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Helm releases, `namespace/name`. */
  readonly releases: readonly string[];
}

/** Reads what host-adopt.sh printed. */
export function parseObserved(
  name: string,
  role: "server" | "agent",
  stdout: string,
): ObservedHost {
  const rows = stdout.split("\n").map((line) => line.split(" "));
  const value = (key: string): string | undefined => {
    const found = rows.find(([first]) => first === key)?.[1];
    return found === undefined || found === "" || found === "none" ? undefined : found;
  };
  const secrets = rows.flatMap(([first, secret = "", key = "", text = ""]) =>
    first === "secret"
      ? [[`${secret}/${key}`, Buffer.from(text, "base64").toString("utf8")] as const]
      : [],
  );
  const releases = rows.flatMap(([first, namespace = "", release = ""]) =>
    first === "release" ? [`${namespace}/${release}`] : [],
  );
  return {
    ...{ name, role, releases },
    clusterId: value("cluster-id"),
    agentToken: value("agent-token"),
    serverToken: value("server-token"),
    running: value("running") === "yes",
    member: value("member") === "yes",
    since: value("since") ?? "0",
    secrets: new Map(secrets),
  };
}

/** What all hosts of a cluster agree on. */
export interface ClusterFacts {
  readonly clusterId: string;
  readonly serverToken: string;
  readonly agentToken: string;
}

function distinct(values: readonly (string | undefined)[]): number {
  return new Set(values).size;
}

/**
 * Why these hosts cannot be taken over, one line each with its mend; none when they can. No line
 * holds a secret.
 */
export function refusals(hosts: readonly ObservedHost[]): string[] {
  const servers = hosts.filter(({ role }) => role === "server");
  const [first] = servers;
  const problems = hosts.flatMap(({ name, clusterId, agentToken, running }) => {
    if (clusterId === undefined) {
      return [
        `${name} is of no cluster that Bramble made: remove its row, or install it after the others are adopted`,
      ];
    }
    if (agentToken === undefined) return [`${name} has no /etc/rancher/k3s/agent-token`];
    return running ? [] : [`${name} does not run k3s: start it first, or set its state to gone`];
  });
  if (distinct(hosts.map(({ clusterId }) => clusterId)) > 1) {
    const ids = hosts.map(({ name, clusterId }) => `${name} ${clusterId ?? "none"}`);
    problems.push(`the hosts disagree about the cluster's id: ${ids.join(", ")}`);
  }
  if (distinct(hosts.map(({ agentToken }) => agentToken)) > 1) {
    problems.push("the hosts disagree about the agents' token: a rotation was cut off there");
  }
  if (distinct(servers.map(({ serverToken }) => serverToken)) > 1) {
    problems.push("the servers disagree about their token: a rotation was cut off there");
  }
  if (first === undefined) problems.push("no server among the hosts");
  else if (!first.member) {
    problems.push(
      `${first.name} is the first server of the list and carries no data of the cluster: list a server that does first, or the next run could begin a second cluster`,
    );
  }
  return problems;
}

/**
 * What the hosts agree on.
 *
 * @throws Error with one line per reason why they cannot be taken over.
 */
export function agreedFacts(hosts: readonly ObservedHost[]): ClusterFacts {
  const problems = refusals(hosts);
  const server = hosts.find(({ role }) => role === "server");
  const { clusterId, serverToken, agentToken } = server ?? {};
  if (
    problems.length > 0 ||
    clusterId === undefined ||
    serverToken === undefined ||
    agentToken === undefined
  ) {
    const reasons = problems.length > 0 ? problems : ["the first server has no token of servers"];
    throw new Error(["nothing was adopted", ...reasons].join("\n"));
  }
  return { clusterId, serverToken, agentToken };
}
