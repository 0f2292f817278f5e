import { certainOffset, clockOffset, size, span } from "./measures";
import { fail, type HostRow, judged, ok, unknown, warn } from "./row";

/** Seconds; etcd complains from one on, certificates of a new node fail from an hour on. */
const clockLimits = { warn: 1, fail: 60 };
/** Share of a disk, and of its inodes, that is in use; kubelet evicts pods from 95 % on. */
const spaceLimits = { warn: 0.8, fail: 0.92 };
/** Share of memory in use. */
const memoryLimits = { warn: 0.88, fail: 0.96 };
/** Share of its life that a disk has used. */
const wearLimits = { warn: 70, fail: 90 };

const percent = (share: number) => `${Math.round(share * 100).toFixed(0)} %`;

/** Percent of its life: eMMC tells tenths in hexadecimal, twice; SSDs tell percent. */
function usedLife(wear: string): number | undefined {
  if (wear.includes("%")) return Number.parseInt(wear, 10);
  const tenths = wear.split(" ").filter((word) => /^0x[0-9a-f]+$/i.test(word));
  return tenths.length === 0 ? undefined : Math.max(...tenths.map(Number)) * 10;
}

/** How the operating system under k3s is. */
export const systemRows: readonly HostRow[] = [
  {
    id: "reachable",
    title: "reachable by SSH",
    mend: "switch it on, or run `npm run hosts -- <stack> check`",
    look: ({ unreachable, host }) =>
      unreachable === undefined
        ? ok(`answers at ${host.address}`)
        : fail(unreachable.replace(`${host.name}: `, "")),
  },
  {
    id: "clock",
    title: "clock",
    mend: "let it be set: `sudo timedatectl set-ntp true`, UDP 123 open; then restart k3s",
    look: ({ clock }) => {
      if (clock === undefined) return unknown("not read");
      const offset = certainOffset(clockOffset(clock));
      const side = offset > 0 ? "ahead of" : "behind";
      const text =
        offset === 0
          ? "as this machine's"
          : `${span(Math.abs(offset))} ${side} this machine's, at least`;
      return judged(Math.abs(offset), clockLimits, text);
    },
  },
  {
    id: "time-sync",
    title: "time is kept by NTP",
    mend: "`sudo timedatectl set-ntp true`; without a clock chip a Pi wakes up in the past",
    look: ({ timeSynchronised, container }) => {
      if (container === true) return undefined;
      if (timeSynchronised === undefined) return unknown("timedatectl does not tell");
      return timeSynchronised ? ok("synchronised") : warn("not synchronised");
    },
  },
  {
    id: "space",
    title: "disk space",
    mend: "free some (`sudo k3s crictl rmi --prune`, `sudo journalctl --vacuum-size=100M`), or use a larger disk",
    look: ({ filesystems }) => {
      const used = filesystems
        .filter(({ sizeKb }) => sizeKb > 0)
        .map((one) => ({ ...one, share: 1 - one.freeKb / one.sizeKb }))
        .sort((left, right) => right.share - left.share);
      const [fullest] = used;
      if (fullest === undefined) return unknown("no file system was told");
      const { share, mount, freeKb } = fullest;
      return judged(share, spaceLimits, `${mount} is ${percent(share)} full, ${size(freeKb)} free`);
    },
  },
  {
    id: "inodes",
    title: "inodes",
    mend: "find the folder with countless small files: `sudo du --inodes -x / | sort -n | tail`",
    look: ({ filesystems }) => {
      const used = filesystems
        .filter(({ inodes }) => inodes > 0)
        .map((one) => ({ mount: one.mount, share: 1 - one.freeInodes / one.inodes }))
        .sort((left, right) => right.share - left.share);
      const [fullest] = used;
      if (fullest === undefined) return undefined;
      const text = `${percent(fullest.share)} of ${fullest.mount}'s are used`;
      return judged(fullest.share, spaceLimits, text);
    },
  },
  {
    id: "read-only",
    title: "file systems take writes",
    mend: "the kernel gave up on the disk: back it up, replace the card and rebuild the host (docs/runbooks/rebuild.md)",
    look: ({ filesystems }) => {
      const stuck = filesystems.filter(({ readOnly }) => readOnly).map(({ mount }) => mount);
      return stuck.length === 0 ? ok("all") : fail(`read-only: ${stuck.join(", ")}`);
    },
  },
  {
    id: "disk-errors",
    title: "disk errors in the kernel's log",
    mend: "a dying card: `sudo dmesg --level err`, then replace it and rebuild the host (docs/runbooks/rebuild.md)",
    look: ({ kernel }) => {
      if (kernel === undefined) return undefined;
      const { diskErrors } = kernel;
      return diskErrors === 0 ? ok("none since boot") : fail(`${diskErrors} since boot`);
    },
  },
  {
    id: "disk-kind",
    title: "disk under k3s",
    mend: "put etcd on an SSD: an SD card stalls under load and wears out",
    look: ({ disk, host }) => {
      if (disk === undefined) return unknown("not told");
      const life = usedLife(disk.wear);
      const name = [disk.kind, disk.name, life === undefined ? "" : `${life} % of its life used`];
      const text = name.filter((part) => part !== "").join(", ");
      if (life !== undefined && life >= wearLimits.warn) return judged(life, wearLimits, text);
      return disk.kind === "sd" && host.role === "server" ? warn(text) : ok(text);
    },
  },
  {
    id: "memory",
    title: "memory",
    mend: "see who takes it: `kubectl top pods -A --sort-by=memory`; lower limits or add a node",
    look: ({ memory }) => {
      if (memory === undefined || memory.totalKb === 0) return unknown("not told");
      const share = 1 - memory.availableKb / memory.totalKb;
      const text = `${percent(share)} of ${size(memory.totalKb)} used`;
      return judged(share, memoryLimits, text);
    },
  },
  {
    id: "swap",
    title: "swap",
    mend: "raise the host's generation: its preparation turns swap off",
    look: ({ memory, container }) => {
      if (memory === undefined || container === true) return undefined;
      return memory.swapKb <= 0 ? ok("not used") : warn(`${size(memory.swapKb)} swapped out`);
    },
  },
  {
    id: "out-of-memory",
    title: "processes killed for memory",
    mend: "`sudo dmesg | grep -i 'killed process'` names them; give them more or move them",
    look: ({ kernel }) => {
      if (kernel === undefined) return undefined;
      const { outOfMemory } = kernel;
      return outOfMemory === 0 ? ok("none since boot") : warn(`${outOfMemory} since boot`);
    },
  },
  {
    id: "reboot",
    title: "no reboot is due",
    mend: "`pulumi up` reboots it in its turn where Bramble asked for it; else reboot it when it suits",
    look: ({ rebootReason }) => (rebootReason === undefined ? ok("none") : warn(rebootReason)),
  },
];
