import { Agent, request } from "node:https";

/** How long the API was away, in seconds. */
export interface Absence {
  /** When no server answered. */
  readonly all: number;
  /** The longest of any one server, by host. */
  readonly each: Readonly<Record<string, number>>;
}

const everyMilliseconds = 200;

/** Any answer of the API server counts: whoever asks has no certificate. */
function answers(address: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      {
        host: address,
        port: 6443,
        path: "/readyz",
        agent,
        timeout: 2000,
        rejectUnauthorized: false,
      },
      (response) => {
        response.resume();
        resolve((response.statusCode ?? 500) < 500);
      },
    );
    call.once("timeout", () => call.destroy());
    call.once("error", () => {
      resolve(false);
    });
    call.end();
  });
}

/** Adds up silence: the longest time between two answers. */
export function createSilence(start: number) {
  let last = start;
  let longest = 0;
  return {
    tell(answered: boolean, now: number): void {
      if (!answered) longest = Math.max(longest, now - last);
      else {
        longest = Math.max(longest, now - last > 2 * everyMilliseconds ? now - last : 0);
        last = now;
      }
    },
    seconds: (): number => Math.round(longest / 100) / 10,
  };
}

/**
 * Asks every server five times a second until it is ended.
 *
 * @param servers addresses by host.
 */
export function watchApi(servers: Readonly<Record<string, string>>): {
  end: () => Promise<Absence>;
} {
  const agent = new Agent({ keepAlive: true });
  const all = createSilence(Date.now());
  const each = new Map(Object.keys(servers).map((name) => [name, createSilence(Date.now())]));
  let going = true;
  const watch = async (name: string, address: string): Promise<void> => {
    while (going) {
      const answered = await answers(address, agent);
      const now = Date.now();
      each.get(name)?.tell(answered, now);
      if (answered) all.tell(true, now);
      await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
    }
  };
  const watches = Object.entries(servers).map(([name, address]) => watch(name, address));
  return {
    end: async () => {
      going = false;
      await Promise.all(watches);
      all.tell(false, Date.now());
      agent.destroy();
      const seconds = [...each].map(([name, silence]) => [name, silence.seconds()] as const);
      const rest = all.seconds();
      return { all: rest > 1 ? rest : 0, each: Object.fromEntries(seconds) };
    },
  };
}
