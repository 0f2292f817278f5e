import { type Client, createClient, fieldsOf, listOf, textOf } from "./http.ts";
import { isWithin, type Session, targetOf, trimmed } from "./session.ts";

/** The token in Plex's own settings file; undefined while the server is unclaimed. */
export function plexTokenIn(preferences: string): string | undefined {
  return /\bPlexOnlineToken="([^"]+)"/.exec(preferences)?.[1];
}

/** A client for Plex; without a token it learns only what everyone may know. */
export function plexClient(session: Session): Client {
  const { plexToken } = session;
  return createClient(
    targetOf(session, "plex").url,
    plexToken === undefined ? {} : { "X-Plex-Token": plexToken },
  );
}

/** Whether a server belongs to an account. */
export async function isClaimed(client: Client): Promise<boolean> {
  const { MediaContainer } = fieldsOf(await client.ask("/identity"));
  const { claimed } = fieldsOf(MediaContainer);
  return claimed === true || claimed === "1";
}

/**
 * Wires Plex: a library for each that is declared. One that holds the same folder, or lies around
 * it, counts, whatever its name.
 *
 * @see https://plexapi.dev/api-reference/library/add-a-library-section
 */
export async function wirePlex(session: Session): Promise<void> {
  const app = "plex";
  const client = plexClient(session);
  if (!(await isClaimed(client))) {
    const how = "get a token from https://plex.tv/claim and set plexClaimToken within four minutes";
    session.person(app, `claim the server: ${how}`);
    return;
  }
  if (session.plexToken === undefined) {
    session.person(
      app,
      "it is claimed, but its token could not be read: make its libraries by hand",
    );
    return;
  }
  const { MediaContainer } = fieldsOf(await client.ask("/library/sections"));
  const sections = listOf(fieldsOf(MediaContainer)["Directory"]);
  const held = sections.flatMap((one) => listOf(one["Location"]).map(({ path }) => textOf(path)));
  for (const { title, folder, section } of session.spec.libraries) {
    if (held.some((path) => isWithin(trimmed(path), folder))) {
      session.kept(app);
      continue;
    }
    const query = new URLSearchParams({
      ...{ name: title, ...section },
      ...{ language: "en-US", location: folder },
    });
    await client.ask(`/library/sections?${query.toString()}`, { method: "POST" });
    session.changed(app, `created library ${title} on ${folder}`);
  }
}
