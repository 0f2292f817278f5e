/** A server's part in etcd. */
export interface ServerVote {
  /** False for a learner. */
  readonly voter: boolean;
  readonly healthy: boolean;
}

/** The servers of a cluster by name, as they stand between two steps. */
export type Votes = ReadonlyMap<string, ServerVote>;

/** What a majority takes of so many voters. */
export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** How many servers have a vote. */
export function votersIn(votes: Votes): number {
  return [...votes.values()].filter(({ voter }) => voter).length;
}

/** How many servers have a vote and can cast it, less the one that is away. */
export function castBy(votes: Votes, away?: string): number {
  const voting = [...votes].filter(
    ([name, { voter, healthy }]) => voter && healthy && name !== away,
  );
  return voting.length;
}

/** Whether etcd can decide anything. */
export function hasMajority(votes: Votes): boolean {
  return castBy(votes) >= majorityOf(votersIn(votes));
}

/** What stopping a server means for the API. */
export type Stop =
  /** The others keep the majority. */
  | "spared"
  /** One server, or one of two healthy ones: the API is away until it is back, and nothing is lost. */
  | "pause"
  /** The majority would be gone until others are mended. */
  | "refused";

/** Whether a server can be stopped for a moment. */
export function stopOf(votes: Votes, name: string): Stop {
  const voters = votersIn(votes);
  if (castBy(votes, name) >= majorityOf(voters)) return "spared";
  const whole = castBy(votes) === voters;
  return voters <= 2 && whole ? "pause" : "refused";
}

/** Whether a server can leave for good: the votes that stay are a majority among themselves. */
export function mayLeave(votes: Votes, name: string): boolean {
  const left = votersIn(votes) - (votes.get(name)?.voter === true ? 1 : 0);
  return left > 0 && castBy(votes, name) >= majorityOf(left);
}
