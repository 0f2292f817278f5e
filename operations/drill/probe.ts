import { request } from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { parseQuietly } from "../../config/parseQuietly";
import type { AppAddress } from "./look";
import { type Ask, type Gap, gapsOf } from "./away";

const intervalMs = 250;
const patienceMs = 1000;

/** Something that is asked again and again. */
export interface Probe {
  readonly name: string;
  /** Resolves to whether it answered; never rejects. */
  readonly ask: () => Promise<boolean>;
}

/** Probes at work. */
export interface Watch {
  /** Milliseconds since 1970 since when every probe has answered without a gap; undefined: not now. */
  readonly steadySince: (names: readonly string[]) => number | undefined;
  /** Ends the questions and tells when each probe had no answer. */
  readonly end: () => Promise<ReadonlyMap<string, readonly Gap[]>>;
  /** The gaps so far. */
  readonly gaps: (name: string) => readonly Gap[];
}

/** Asks every probe four times a second, each on its own. */
export function watch(probes: readonly Probe[]): Watch {
  const asks = new Map<string, Ask[]>(probes.map(({ name }) => [name, []]));
  let going = true;
  const loops = probes.map(async ({ name, ask }) => {
    while (going) {
      const began = Date.now();
      const answered = await ask();
      asks.get(name)?.push({ began, ended: Date.now(), answered });
      await sleep(Math.max(0, intervalMs - (Date.now() - began)));
    }
  });
  const gaps = (name: string) => gapsOf(asks.get(name) ?? []);
  return {
    gaps,
    steadySince: (names) => {
      const since = names.map((name) => {
        const rows = asks.get(name) ?? [];
        const lastFailure = rows.findLastIndex(({ answered }) => !answered);
        return rows[lastFailure + 1]?.ended;
      });
      const known = since.filter((time) => time !== undefined);
      return known.length < names.length || known.length === 0 ? undefined : Math.max(...known);
    },
    end: async () => {
      going = false;
      await Promise.all(loops);
      return new Map(probes.map(({ name }) => [name, gaps(name)]));
    },
  };
}

const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ "certificate-authority-data": z.string() }) }),
  ]),
  users: z.tuple([
    z.object({
      user: z.object({ "client-certificate-data": z.string(), "client-key-data": z.string() }),
    }),
  ]),
});

/**
 * The API at some addresses, asked for an object that takes a majority of etcd to read.
 *
 * @param kubeconfig k3s's admin kubeconfig; nothing of it is kept beyond the probes.
 */
export function apiProbes(kubeconfig: string, addresses: readonly string[]): Probe[] {
  const { clusters, users } = kubeconfigSchema.parse(parseQuietly(kubeconfig, "the kubeconfig"));
  const decoded = (text: string): Buffer => Buffer.from(text, "base64");
  const { user } = users[0];
  const identity = {
    ca: decoded(clusters[0].cluster["certificate-authority-data"]),
    cert: decoded(user["client-certificate-data"]),
    key: decoded(user["client-key-data"]),
  };
  return addresses.map((host) => ({
    name: host,
    ask: () =>
      answers({
        ...{ host, port: 6443, path: "/api/v1/namespaces/kube-system", below: 300 },
        ...identity,
      }),
  }));
}

interface Question {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** Statuses from here on are no answer. */
  readonly below: number;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whether an HTTPS server answers with a status that counts, over a new connection. */
function answers({ headers = {}, below, ...question }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(patienceMs);
    const call = request({ ...question, headers: { ...headers }, agent: false, signal });
    call.once("error", () => {
      resolve(false);
    });
    call.once("response", (response) => {
      response.resume().once("error", () => undefined);
      resolve((response.statusCode ?? 500) < below);
    });
    call.end();
  });
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMs });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => {
      end(true);
    });
    for (const event of ["error", "timeout"] as const) {
      socket.once(event, () => {
        end(false);
      });
    }
  });
}

/** An app's own address: a Service accepts connections, an Ingress answers for its host name. */
export function appProbe({ name, address, port, host }: AppAddress): Probe {
  return {
    name: `${name} ${host ?? `${address}:${port}`}`,
    ask: () =>
      host === undefined
        ? accepts(address, port)
        : answers({
            ...{ host: address, port, path: "/", servername: host, below: 500 },
            ...{ rejectUnauthorized: false, headers: { Host: host } },
          }),
  };
}
