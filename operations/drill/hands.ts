import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { childEnvironment } from "../childEnvironment";
import type { HostConfig } from "../../config/schema";
import type { Hands } from "./context";

const run = promisify(execFile);

/**
 * Hands at the hosts: a program called with `reflash <host>` or `power-on <host>`, such as one that
 * drives a network boot or a switched socket; without it the operator is told what to do.
 *
 * @param program path of the program; BRAMBLE_HANDS names it.
 */
export function handsOf(program: string | undefined, print: (text: string) => void): Hands {
  const act = (verb: string, told: (host: HostConfig) => string) => async (host: HostConfig) => {
    if (program === undefined || program === "") print(`${told(host)}\n`);
    else await run(program, [verb, host.name], { env: childEnvironment() });
  };
  return {
    reflash: act(
      "reflash",
      ({ name, address }) =>
        `Now put a freshly flashed disk into ${name}, with the same user and key, name and address (${address}), and switch it on; waiting for its new host key.`,
    ),
    powerOn: act("power-on", ({ name }) => `Now switch ${name} on again; waiting for it.`),
  };
}
