/** A container that need not have requests and a memory limit. */
export interface ContainerException {
  readonly chart: string;
  /** Name of the workload and of its container. */
  readonly workload: string;
  readonly container: string;
  readonly reason: string;
}

/** Containers whose resources their chart gives no value for. */
export const containerExceptions: readonly ContainerException[] = [];

/** Values a chart needs before it renders at all, for comparing its defaults with ours. */
export const leastValues: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  loki: {
    loki: {
      useTestSchema: true,
      storage: { bucketNames: { chunks: "chunks", ruler: "ruler", admin: "admin" } },
    },
  },
};
