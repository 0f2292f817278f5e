import type { Finding } from "./finding";

const path = "/var/lib/bramble/cluster-id";

/**
 * Compares the ids that hosts have of their cluster. What it should be is in the engine's state; that
 * all say the same can be seen without.
 *
 * @param ids the id of each host that answered; empty where it has none.
 */
export function clusterIdFindings(ids: ReadonlyMap<string, string>): Finding[] {
  const counts = new Map<string, number>();
  for (const id of ids.values()) {
    if (id !== "") counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const [[common] = [""]] = [...counts].sort(([, left], [, right]) => right - left);
  if (common === "") return [];
  return [...ids]
    .filter(([, id]) => id !== common)
    .map(([where, id]) => ({
      ...{ where, what: path, found: id === "" ? "missing" : id, wanted: common },
      mend: `echo ${common} | sudo tee ${path}`,
    }));
}
