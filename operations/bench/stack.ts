import { stringify } from "yaml";
import { formatAddress } from "../../config/addresses";

const firstAddress = 10 * 2 ** 24 + 64 * 2 ** 16 + 11;

/** The text of a stack's file with so many hosts: three servers, or one below three, and agents. */
export function benchStack(hosts: number): string {
  const servers = hosts < 3 ? 1 : 3;
  const rows = Array.from({ length: hosts }, (_, index) => ({
    name: `host-${index + 1}`,
    address: formatAddress(firstAddress + index),
    role: index < servers ? "server" : "agent",
  }));
  return stringify({
    config: {
      "bramble:cluster": { name: "bench" },
      "bramble:hosts": rows,
      "bramble:network": { pools: [{ name: "services", addresses: ["10.65.0.0/24"] }] },
      "bramble:storage": { nfs: { server: "10.64.0.5", path: "/export" } },
    },
  });
}
