import { request } from "node:https";
import { routes } from "../../../../catalogue/routes";
import { mediaSecretKeys, mediaSecrets } from "../../../../catalogue/apps/mediaSecrets";
import { mediaAppSettings } from "../../../../components/workload/mediaSettings";
import { createClient } from "../../../../components/workload/wiring/http.ts";
import { apiOf, isServarr } from "../../../../components/workload/wiring/servarr.ts";
import { qbittorrentUser } from "../../../../components/workload/wiring/spec.ts";
import { charts } from "../../../../catalogue/charts";
import { type ClusterAccess, withForward } from "../../../cluster/forward";
import { kubectlWith } from "../../../cluster/kubectl";
import { readKeys } from "../../../doctor/media/keys";
import { LoginRefused } from "../patience";
import type { Proof, ProofContext } from "../proof";
import { ask, basic, fieldOf } from "./ask";

/** What a cluster's service is asked, on a local port. */
type Question = (port: number, cluster: ClusterAccess) => Promise<string>;

function throughCluster(
  context: ProofContext,
  namespace: string,
  service: string,
  port: number,
  question: Question,
): Promise<string> {
  return context.cluster((kubeconfig, name) => {
    const cluster = { kubeconfig, context: name };
    return withForward(cluster, { namespace, target: `service/${service}`, port }, (local) =>
      question(local, cluster),
    );
  });
}

function wanted(status: number, good: boolean, what: string): string {
  if (good) return `${what}: HTTP ${String(status)}`;
  throw new Error(`${what} refused: HTTP ${String(status)}`);
}

/** The same where five refusals lock everybody out for a while. */
function wantedLogin(status: number, good: boolean, what: string): string {
  if (status === 401) throw new LoginRefused(`${what} refused: HTTP 401`);
  return wanted(status, good, what);
}

function serviceOf(host: string): { namespace: string; service: string; port: number } {
  const row = routes.find((route) => route.host === host);
  if (row === undefined || row.backend === "dashboard") throw new Error(`no service of ${host}`);
  return { namespace: row.namespace, ...row.backend };
}

/** Grafana's admin opens the Grafana at an address. */
export async function opensGrafana(base: string, password: string): Promise<string> {
  const { status } = await ask(`${base}/api/user`, { headers: basic("admin", password) });
  return wantedLogin(status, status === 200, "log-in to Grafana");
}

/**
 * Argo CD's admin opens the Argo CD at an address. It hands a session to who knows the password even
 * while it takes no session at all, because the password's date is after its own clock's.
 */
export async function opensArgoCd(base: string, password: string): Promise<string> {
  const { status, text } = await ask(`${base}/api/v1/session`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username: "admin", password }),
  });
  const seen = wantedLogin(status, status === 200, "log-in to Argo CD");
  const headers = { Authorization: `Bearer ${fieldOf(text, "token") ?? ""}` };
  const answer = await ask(`${base}/api/v1/session/userinfo`, { headers });
  if (fieldOf(answer.text, "loggedIn") === "true") return seen;
  throw new Error(
    "Argo CD takes no session yet: are this machine's clock and the cluster's right?",
  );
}

export const grafana: Proof = {
  after: async (context) => {
    const { namespace, service, port } = serviceOf("grafana");
    const password = await context.output("grafanaPassword");
    return throughCluster(context, namespace, service, port, (local) =>
      opensGrafana(`http://127.0.0.1:${String(local)}`, password),
    );
  },
  old: "ends when Grafana's pod is replaced",
};

export const argoCd: Proof = {
  after: async (context) => {
    const { namespace, service, port } = serviceOf("argocd");
    const password = await context.output("argoCdPassword");
    return throughCluster(context, namespace, service, port, (local) =>
      opensArgoCd(`http://127.0.0.1:${String(local)}`, password),
    );
  },
  old: "ends at once, with every session",
};

/** What Traefik answers for a name; whose certificate it shows is no matter behind a tunnel of our own. */
function statusOf(port: number, host: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ host: "127.0.0.1", port, servername: host, rejectUnauthorized: false },
        ...{ path: "/", headers: { Host: host, ...headers }, timeout: 15_000 },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("Traefik does not answer")));
    asked.on("error", reject).end();
  });
}

/** The gate lets its user pass, and nobody without a password. */
export const gate: Proof = {
  after: async (context) => {
    const { network, platform } = context.config;
    const { user } = platform.ingress.authentication;
    const password = await context.output("ingressPassword");
    const row = routes.find(({ part, authentication }) => {
      return authentication === "gate" && part === "traefik";
    });
    const host = `${row?.host ?? "traefik"}.${network.domain}`;
    return throughCluster(context, charts.traefik.namespace, "traefik", 443, async (local) => {
      const closed = await statusOf(local, host, {});
      const open = await statusOf(local, host, { ...basic(user, password) });
      const good = closed === 401 && open !== 401 && open < 500;
      return wanted(open, good, `the gate before ${host}`);
    });
  },
  old: "ends at once",
};

/** What an app is asked that it answers to who has its key alone. */
async function withKey(app: string, base: string, key: string): Promise<string> {
  if (isServarr(app)) {
    await createClient(base, { "X-Api-Key": key }).ask(`${apiOf(app)}/system/status`);
  } else if (app === "overseerr") {
    await createClient(base, { "X-Api-Key": key }).ask("/api/v1/settings/main");
  } else if (app === "sabnzbd") {
    const query = `/api?mode=queue&output=json&apikey=${encodeURIComponent(key)}`;
    const { text, status } = await createClient(base, {}).send(query);
    if (status !== 200 || !text.includes('"queue"')) throw new Error("SABnzbd refused the key");
  } else {
    const form = { username: qbittorrentUser, password: key };
    const { status, text } = await createClient(base, { Referer: base }).send(
      "/api/v2/auth/login",
      { method: "POST", form },
    );
    const good = status === 204 || (status === 200 && text.startsWith("Ok"));
    // It bars an address that failed five times for an hour.
    if (!good) throw new LoginRefused("qBittorrent refused the password");
  }
  return `${app} answers to it`;
}

/** An app of the media stack answers to its key, which is in the cluster's Secret by then. */
function ofApp(app: string): Proof {
  return {
    after: (context) => {
      const { media } = context.config;
      const settings = mediaAppSettings(media).find(({ row }) => row.name === app);
      if (settings === undefined) throw new Error(`${app} is not in this stack`);
      const { stack, row } = settings;
      const [{ number }] = row.ports;
      return throughCluster(context, stack.namespace, app, number, async (local, cluster) => {
        const kubectl = kubectlWith(cluster.kubeconfig, cluster.context);
        const key = (await readKeys(kubectl, media))[app];
        if (key === undefined) throw new Error(`the cluster's Secret has no key of ${app}`);
        return withKey(app, `http://127.0.0.1:${String(local)}`, key);
      });
    },
    old: "ends when the app restarts; the wiring hands the new one on right after",
  };
}

/** Keys and passwords of the media apps, by the config key that may bring them. */
export const mediaKeyProofs: Readonly<Record<string, Proof>> = Object.fromEntries(
  mediaSecretKeys
    .filter((key) => mediaSecrets[key].generated !== "never")
    .map((key) => [mediaSecrets[key].configKey, ofApp(mediaSecrets[key].app)]),
);

/** The apps' pages open with the login: the wiring has given it to them. */
export const mediaLogin: Proof = {
  after: (context) => {
    const { media } = context.config;
    const settings = mediaAppSettings(media).find(({ row }) => isServarr(row.name));
    if (settings === undefined) return Promise.resolve("no app has such a login");
    const { stack, row } = settings;
    const [{ number }] = row.ports;
    return throughCluster(context, stack.namespace, row.name, number, async (local) => {
      const form = { username: media.login.user, password: await context.output("mediaPassword") };
      const client = createClient(`http://127.0.0.1:${String(local)}`, {});
      const { status, headers } = await client.send("/login", { method: "POST", form });
      const good = status === 302 && !(headers.get("location") ?? "").includes("loginFailed");
      return wanted(status, good, `log-in to ${row.name}`);
    });
  },
  old: "ends when the wiring has run",
};
