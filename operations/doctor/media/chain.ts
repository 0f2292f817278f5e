import {
  type Client,
  createClient,
  fieldsOf,
  listOf,
  textOf,
} from "../../../components/workload/wiring/http.ts";
import { apiOf, isServarr } from "../../../components/workload/wiring/servarr.ts";
import { isTarget, trimmed } from "../../../components/workload/wiring/session.ts";
import type { Keys, Link, WiringSpec } from "../../../components/workload/wiring/spec.ts";
import { wiringName } from "../../../components/workload/toolNames";
import type { Diagnosis } from "../examine";

type Fields = Readonly<Record<string, unknown>>;

/** What the walk knows. */
export interface Chain {
  readonly spec: WiringSpec;
  readonly namespace: string;
  readonly keys: Keys;
  /** Addresses from this machine, by app. */
  readonly urls: ReadonlyMap<string, string>;
}

/** One step's finding: `fail` with what the app said, when the work throws. */
async function step(
  id: string,
  title: string,
  mend: string,
  work: () => Promise<Pick<Diagnosis, "state" | "found"> & { mend?: string }>,
): Promise<Diagnosis> {
  try {
    const finding = await work();
    const isWell = finding.state === "ok" || finding.state === "unknown";
    return { id, title, ...(isWell ? {} : { mend }), ...finding };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { id, title, state: "fail", found, mend };
  }
}

const ok = (found: string) => ({ state: "ok" as const, found });
const fail = (found: string) => ({ state: "fail" as const, found });

/** A client for an app; undefined where it is not reached from here, or its key is not known. */
function clientOf({ keys, urls }: Chain, app: string): Client | undefined {
  const [url, key] = [urls.get(app), keys[app]];
  return url === undefined || key === undefined
    ? undefined
    : createClient(url, { "X-Api-Key": key });
}

const lists: Partial<Record<Link["as"], string>> = {
  application: "applications",
  downloadClient: "downloadclient",
  notification: "notification",
};

function addressIn(entry: Fields): string {
  const values = listOf(entry["fields"]).filter(
    ({ name }) => name === "host" || name === "baseUrl",
  );
  return textOf(values[0]?.["value"]);
}

/** Whether an app knows the next one: its own test of the entry tries address and key. */
async function knows({ spec }: Chain, client: Client, { from, to, as }: Link) {
  const target = spec.apps[to];
  const list = lists[as];
  if (target === undefined || list === undefined || !isServarr(from)) return fail("no such link");
  const path = `${apiOf(from)}/${list}`;
  const entries = listOf(await client.ask(path));
  const entry = entries.find((one) => isTarget(target, addressIn(one)));
  if (entry === undefined && as === "notification") {
    return {
      state: "warn" as const,
      found: `${to} is not told of new files: its token is missing`,
    };
  }
  if (entry === undefined) return fail(`it does not know ${to}`);
  await client.ask(`${path}/test`, { method: "POST", json: entry });
  return ok(`${addressIn(entry)} answers, and takes the key`);
}

/** Whether Overseerr knows the next one; its settings show the keys it uses. */
async function overseerrKnows({ spec }: Chain, client: Client, { to, as }: Link) {
  const target = spec.apps[to];
  if (target === undefined) return fail("no such link");
  if (as === "mediaServer") {
    const plex = fieldsOf(await client.ask("/api/v1/settings/plex"));
    if (!isTarget(target, textOf(plex["ip"]))) return fail(`it does not know ${to}`);
    const on = listOf(plex["libraries"]).filter(({ enabled }) => enabled === true).length;
    return on > 0 ? ok(`${String(on)} libraries`) : fail("it looks at none of its libraries");
  }
  const servers = listOf(await client.ask(`/api/v1/settings/${to}`));
  const server = servers.find(({ hostname }) => isTarget(target, textOf(hostname)));
  if (server === undefined) return fail(`it does not know ${to}`);
  const { hostname, port, apiKey, useSsl } = server;
  const json = { hostname, port, apiKey, useSsl };
  await client.ask(`/api/v1/settings/${to}/test`, { method: "POST", json });
  return ok(`${textOf(hostname)} answers, and takes the key`);
}

async function library(client: Client, app: string, folder: string) {
  if (!isServarr(app)) return fail("no library manager");
  const known = listOf(await client.ask(`${apiOf(app)}/rootfolder`));
  const found = known.find(({ path }) => trimmed(textOf(path)) === folder);
  if (found === undefined) return fail("it is no root folder");
  if (found["accessible"] === false) return fail("it cannot be read or written");
  const management = fieldsOf(await client.ask(`${apiOf(app)}/config/mediamanagement`));
  return management["copyUsingHardlinks"] === true
    ? ok("a root folder, by hard links")
    : { state: "warn" as const, found: "files are copied, which takes their space twice" };
}

/** What one of the four says of itself. */
async function ownHealth(client: Client, app: "prowlarr" | "radarr" | "sonarr" | "lidarr") {
  const issues = listOf(await client.ask(`${apiOf(app)}/health`));
  const told = issues.map(({ message }) => textOf(message)).join("; ");
  if (issues.length === 0) return ok("it has nothing to say against itself");
  const failed = issues.some(({ type }) => type === "error");
  return { state: failed ? ("fail" as const) : ("warn" as const), found: told };
}

/** From the request to the library: the order in which a film travels. */
const order = ["overseerr", "prowlarr", "radarr", "sonarr", "lidarr"];

/**
 * Walks from app to app, each asked about the next one by its own API. Changes nothing: a test of an
 * entry is a request of the app to the next one.
 */
export async function walkChain(chain: Chain): Promise<Diagnosis[]> {
  const { spec, urls, namespace } = chain;
  const rewire = `see what the wiring says: kubectl logs --namespace ${namespace} job/${wiringName}`;
  const steps = order
    .filter((app) => app in spec.apps)
    .map(async (app): Promise<Diagnosis[]> => {
      const client = clientOf(chain, app);
      if (client === undefined) {
        const why = urls.has(app) ? "its key is not in the Secret" : "it is not reached from here";
        return [{ id: `${app}-chain`, title: app, state: "unknown", found: why }];
      }
      const findings: Diagnosis[] = [];
      if (isServarr(app)) {
        const mend = `open its page, System, Status`;
        findings.push(await step(`${app}-health`, app, mend, () => ownHealth(client, app)));
      }
      for (const link of spec.links.filter(({ from }) => from === app)) {
        const title = `${app} → ${link.to}`;
        const ask = app === "overseerr" ? overseerrKnows : knows;
        findings.push(
          await step(`${app}-${link.to}`, title, rewire, () => ask(chain, client, link)),
        );
      }
      for (const { folder } of spec.libraries.filter(({ manager }) => manager === app)) {
        const title = `${app} → ${folder}`;
        findings.push(
          await step(`${app}-library`, title, rewire, () => library(client, app, folder)),
        );
      }
      return findings;
    });
  const found = (await Promise.all(steps)).flat();
  return [...found, ...(await plexClaim(chain))];
}

async function plexClaim({ urls }: Chain): Promise<Diagnosis[]> {
  const url = urls.get("plex");
  if (url === undefined) return [];
  const mend = "get a token from https://plex.tv/claim, set plexClaimToken, and run pulumi up";
  return [
    await step("plex-claim", "plex", mend, async () => {
      const { MediaContainer } = fieldsOf(await createClient(url, {}).ask("/identity"));
      const { claimed } = fieldsOf(MediaContainer);
      return claimed === true || claimed === "1"
        ? ok("it belongs to an account")
        : { state: "warn" as const, found: "it belongs to nobody yet" };
    }),
  ];
}
