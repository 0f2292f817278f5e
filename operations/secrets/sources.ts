import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Kubectl } from "../cluster/kubectl";
import type { MediaKeyRow } from "./mediaKeys";

/** Where settings files of running apps are read. */
export interface KeySource {
  /** For the record. */
  readonly name: string;
  /** The text of an app's settings file, or why there is none. */
  readonly read: (row: MediaKeyRow) => Promise<{ text: string } | { missing: string }>;
}

function foldersIn(folder: string, depth: number): string[] {
  if (depth === 0) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .flatMap((path) => [path, ...foldersIn(path, depth - 1)]);
}

/**
 * Copies of config folders: anything such as `radarr/config.xml`, `Radarr/config/config.xml` or
 * `appdata/radarr-4k/config.xml`, at most three folders deep.
 *
 * @throws Error when the folder is not there.
 */
export function folderSource(folder: string): KeySource {
  if (!existsSync(folder)) throw new Error(`--from: ${folder} is not there`);
  if (!statSync(folder).isDirectory()) throw new Error(`--from: ${folder} is no folder`);
  const folders = foldersIn(folder, 3);
  return {
    name: "a folder of config copies",
    read: (row) => {
      const own = folders.filter((path) => {
        const name = path.slice(folder.length).toLowerCase();
        return name.includes(row.app);
      });
      const found = own.flatMap((path) =>
        row.files.map((file) => join(path, file)).filter((file) => existsSync(file)),
      );
      const [first, ...others] = found;
      if (first === undefined) {
        return Promise.resolve({ missing: `no ${row.app}/${row.files.join(" or ")} in ${folder}` });
      }
      if (others.length > 0) {
        const missing = `${String(found.length)} copies: leave one of ${found.join(", ")}`;
        return Promise.resolve({ missing });
      }
      return Promise.resolve({ text: readFileSync(first, "utf8") });
    },
  };
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status?: { readonly phase?: string };
}

/** Whether a pod is an app's, by the labels that charts and people use, or by its name. */
function isOf(app: string, { metadata: { name, labels = {} } }: Pod): boolean {
  const named = ["app.kubernetes.io/name", "app", "k8s-app", "app.kubernetes.io/instance"];
  return named.some((key) => labels[key] === app) || name.startsWith(`${app}-`) || name === app;
}

/** Running pods of a namespace. Their files are read by `cat`, and land nowhere but in memory. */
export function clusterSource(kubectl: Kubectl, namespace: string): KeySource {
  let pods: Promise<readonly Pod[]> | undefined;
  const running = async (): Promise<readonly Pod[]> => {
    const text = await kubectl(["get", "pods", "--namespace", namespace, "--output", "json"]);
    const { items } = JSON.parse(text) as { items: readonly Pod[] };
    return items.filter(({ status }) => status?.phase === "Running");
  };
  return {
    name: `running pods of namespace ${namespace}`,
    read: async (row) => {
      pods ??= running();
      const pod = (await pods).find((one) => isOf(row.app, one));
      if (pod === undefined) return { missing: `no running pod of ${row.app} in ${namespace}` };
      for (const path of row.folders.flatMap((folder) =>
        row.files.map((file) => `${folder}/${file}`),
      )) {
        const args = ["exec", pod.metadata.name, "--namespace", namespace, "--", "cat", path];
        const text = await kubectl(args).catch(() => "");
        if (text !== "") return { text };
      }
      return { missing: `${pod.metadata.name} has no ${row.files.join(" or ")}` };
    },
  };
}
