import { appBackupDestination } from "../../../../config/appBackupsSchema";
import { inventory, type InventoryName } from "../../../../config/inventory";
import { presentHosts } from "../../../connection/session";
import { hostAges } from "../ages";
import type { Proof, ProofContext } from "../proof";
import { runSsh, strictOptions, withAgentKey } from "./agent";

/** Fails with what hosts said, unless every one answered. */
function everyHost(silent: readonly string[], hosts: number): string {
  if (silent.length > 0) throw new Error(silent.join("; "));
  return `it opens ${String(hosts)} host(s)`;
}

/** The new key opens every host before the old one is replaced. */
export const sshKey: Proof = {
  before: ({ stack, config }, key) =>
    withAgentKey(key, async ({ identity, environment }) => {
      const { silent } = await hostAges({ stack, config, identity, environment });
      return everyHost(silent, presentHosts(config).length);
    }),
  old: "opens the hosts until you take it out of ~/.ssh/authorized_keys there",
};

/** The machine that takes copies lets the new key in, by SFTP. */
export const copiesKey: Proof = {
  before: ({ config }, key) => {
    const place = config.k3s.snapshots.offHost?.ssh ?? appBackupDestination(config)?.ssh;
    if (place === undefined) throw new Error("no machine is named");
    const { host, port, user, path, hostKey } = place;
    return withAgentKey(key, async (agent) => {
      const pin = `copies ${hostKey.trim().split(/\s+/).slice(0, 2).join(" ")}`;
      const options = [...strictOptions(agent, pin), "-o", "HostKeyAlias=copies"];
      const args = ["-q", "-b", "-", "-P", String(port), ...options, `${user}@${host}`];
      await runSsh("sftp", args, agent.environment, `ls "${path}"\n`);
      return `it opens ${host}`;
    });
  },
  old: "is yours to take out of authorized_keys there, once this is done",
};

/** Every host uses the credential since this run began, by what the host itself says. */
export function ofHosts(name: InventoryName, old: string): Proof {
  return {
    after: async ({ stack, config, identity, since }: ProofContext) => {
      const { rotation } = inventory[name];
      if (rotation.by !== "counter") throw new Error("no counter of hosts");
      const { ages, silent } = await hostAges({ stack, config, identity });
      // A host's clock may be late by a little.
      const earliest = since(name).getTime() - 60_000;
      const left = ages.filter(
        ({ item, since: inUse }) => item === rotation.hostItem && inUse.getTime() < earliest,
      );
      const said = [...silent, ...left.map(({ host }) => `${host} has the old one`)];
      if (said.length > 0) throw new Error(said.join("; "));
      return `in use on ${String(presentHosts(config).length)} host(s)`;
    },
    old,
  };
}
