import { presentHosts, runOnHosts } from "../connection/session";
import { renderTable } from "../table";
import type { DrillOptions } from "./context";
import { drillScript, withDrillScript } from "./look";
import { recordDrill } from "./record";

/** Most seconds for the removal of everything. */
export const destroyWithin = 30;

/** What of k3s is still on a host, by kind. */
export type Leftovers = Readonly<Record<string, number>>;

const kinds = ["processes", "mounts", "links", "chains", "units", "paths"] as const;

/** Reads what `drill.sh leftovers` prints; undefined when its last line is missing. */
export function parseLeftovers(output: string): Leftovers | undefined {
  const rows = output.split("\n").map((line) => line.split("\t"));
  if (!rows.some(([word]) => word === "end")) return undefined;
  return Object.fromEntries(
    kinds.map((kind) => [kind, Number(rows.find(([word]) => word === kind)?.[1] ?? "0")]),
  );
}

/**
 * Destroys the whole stack, measures it, and counts what is left on the hosts.
 *
 * @returns the exit code: 1 when something is left or it took too long.
 */
export async function destroy(options: DrillOptions): Promise<number> {
  const { config, stack, confirm, engine, access } = options;
  const hosts = presentHosts(config);
  const names = hosts.map(({ name }) => name);
  const question = `Everything of stack ${stack} is removed from ${names.join(", ")}.`;
  if (!(await confirm(question, stack))) throw new Error("nothing was touched");
  return recordDrill(options, "destroy", names, async (recorder) => {
    const began = Date.now();
    await recorder.phase("pulumi destroy", () => engine.destroy());
    const measured = (Date.now() - began) / 1000;
    const answers = await recorder.phase("count leftovers", () =>
      runOnHosts(
        withDrillScript(access),
        hosts.map((host) => ({ host, script: drillScript, args: ["leftovers"] })),
      ),
    );
    const found = answers.map(({ host, stdout, unreachable }) => ({
      ...{ host, unreachable, left: parseLeftovers(stdout) },
    }));
    return {
      fine: "Nothing of k3s is left.",
      targets: [{ name: "destroySeconds", measured, within: destroyWithin }],
      losses: found.flatMap(({ host, left, unreachable }) =>
        left === undefined
          ? [unreachable ?? `${host.name}: what is left was not counted`]
          : kinds
              .filter((kind) => (left[kind] ?? 0) > 0)
              .map((kind) => `${host.name}: ${left[kind] ?? 0} ${kind} of k3s are left`),
      ),
      tables: [
        renderTable([
          ["LEFT ON", ...kinds],
          ...found.map(({ host, left }) => [
            host.name,
            ...kinds.map((kind) => String(left?.[kind] ?? "?")),
          ]),
        ]),
      ],
    };
  });
}
