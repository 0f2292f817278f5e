import { access, constants, mkdir, readFile } from "node:fs/promises";
import { plexTokenIn } from "./plex.ts";
import type { WiringSpec } from "./spec.ts";

/** The folders of downloads and libraries, all of them below one mount. */
export function foldersIn({ downloads, libraries }: WiringSpec): string[] {
  return [
    ...downloads.flatMap(({ complete, incomplete }) => [
      complete,
      ...(incomplete ? [incomplete] : []),
    ]),
    ...libraries.map(({ folder }) => folder),
  ];
}

/**
 * Makes the folders: the apps refuse a root folder that is not there or that they cannot write to.
 *
 * @returns one line for each folder that could not be made.
 */
export async function makeFolders(spec: WiringSpec): Promise<string[]> {
  const failures: string[] = [];
  for (const folder of foldersIn(spec)) {
    try {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
    } catch (error) {
      const { code } = error as { code?: string };
      const who = `user ${String(process.getuid?.() ?? "")}, group ${String(process.getgid?.() ?? "")}`;
      failures.push(
        `${folder} cannot be made or written (${code ?? "?"}): let ${who} write to ${spec.mediaPath}`,
      );
    }
  }
  return failures;
}

/** The token of the Plex server, from its settings file; undefined where there is none. */
export async function readPlexToken(spec: WiringSpec): Promise<string | undefined> {
  if (spec.plexPreferences === undefined) return undefined;
  try {
    return plexTokenIn(await readFile(spec.plexPreferences, "utf8"));
  } catch {
    return undefined;
  }
}
