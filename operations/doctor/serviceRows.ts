import { histogramBound, quantile, size, span } from "./measures";
import { fail, type HostRow, judged, ok, unknown, warn } from "./row";

/** Milliseconds; etcd wants 10, and an election starts when a disk holds it up for seconds. */
const writeLimits = { warn: 25, fail: 250 };
/** Days; k3s renews at its start what ends in less than 90 (120 since 1.33). */
const certificateDays = { warn: 60, fail: 14 };
/** Share of etcd's quota: at all of it etcd takes no more writes. */
const quotaLimits = { warn: 0.6, fail: 0.85 };

const share = 0.99;
const milliseconds = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;

/** How k3s and its disk are on a host. */
export const serviceRows: readonly HostRow[] = [
  {
    id: "service",
    title: "k3s runs",
    mend: "`sudo journalctl -u k3s -u k3s-agent -n 50` tells why; `pulumi up` starts it again",
    look: ({ unit }) => {
      if (unit === undefined) return fail("k3s is not installed", "`pulumi up` installs it");
      const { name, state, restarts } = unit;
      if (state !== "active") return fail(`${name} is ${state}`);
      return restarts === 0
        ? ok(`${name} is active`)
        : warn(`${name} is active after ${restarts} restarts by itself`);
    },
  },
  {
    id: "version",
    title: "k3s version",
    mend: "`pulumi up` brings it to k3s.version, one node after the other",
    look: ({ host }, { cluster, config }) => {
      const version = cluster.hosts.find((one) => one.host.name === host.name)?.k3s.version;
      if (version === undefined) return unknown("not told");
      const wanted = config.k3s.version;
      return version === wanted ? ok(version) : warn(`${version}, and k3s.version is ${wanted}`);
    },
  },
  {
    id: "certificates",
    title: "certificates",
    mend: "restart k3s on this host, which renews them; servers one after the other",
    look: ({ certificates }, { now }) => {
      const [next] = [...certificates].sort((left, right) => left.end - right.end);
      if (next === undefined) return unknown("none were read: is openssl installed?");
      const days = Math.floor((next.end - now) / 86_400);
      const text =
        days < 0 ? `${next.path} ended ${-days} days ago` : `${days} days left (${next.path})`;
      if (days < certificateDays.fail) return fail(text);
      return days < certificateDays.warn ? warn(text) : ok(text);
    },
  },
  {
    id: "writes",
    title: "synchronous writes of the disk",
    mend: "etcd waits for each: an SSD instead of an SD card, and nothing else that writes there",
    look: ({ writes, host }) => {
      const slowest = quantile(writes, share);
      const middle = quantile(writes, 0.5);
      if (slowest === undefined || middle === undefined) return unknown("not measured");
      const text = `${milliseconds(middle)}, 99 % in ${milliseconds(slowest)}`;
      return host.role === "server" ? judged(slowest, writeLimits, text) : ok(text);
    },
  },
  {
    id: "etcd-writes",
    title: "etcd's own writes since its start",
    mend: "etcd waits for each: an SSD instead of an SD card, and nothing else that writes there",
    look: ({ walWrites }) => {
      const bound = histogramBound(walWrites, share);
      if (bound === undefined) return undefined;
      const figure = bound === Infinity ? "more than 8 s" : milliseconds(bound * 1000);
      return judged(bound * 1000, writeLimits, `99 % in ${figure}`);
    },
  },
  {
    id: "etcd-size",
    title: "etcd's size",
    mend: "look for what writes so much: `kubectl get events -A | wc -l`; then defragment by a restart of k3s",
    look: ({ etcdBytes, etcdQuotaBytes }) => {
      if (etcdBytes === undefined) return undefined;
      const quota = etcdQuotaBytes === undefined || etcdQuotaBytes === 0 ? 2 ** 31 : etcdQuotaBytes;
      return judged(
        etcdBytes / quota,
        quotaLimits,
        `${size(etcdBytes / 1000)} of ${size(quota / 1000)}`,
      );
    },
  },
  {
    id: "applied",
    title: "runs with its configuration",
    mend: "`pulumi up` goes on where a run ended",
    look: ({ host }, { cluster }) => {
      const applied = cluster.hosts.find((one) => one.host.name === host.name)?.k3s.applied;
      if (applied === undefined) return undefined;
      return applied
        ? ok("what is staged is applied")
        : warn("something is staged and not applied");
    },
  },
  {
    id: "snapshot",
    title: "etcd snapshot on this server",
    mend: "`sudo k3s etcd-snapshot save`, and see that k3s runs and the disk has room",
    look: ({ snapshot, host, unit }, { now, config }) => {
      if (host.role !== "server" || unit === undefined) return undefined;
      if (snapshot === undefined) return warn("none yet");
      const age = now - snapshot.taken;
      const every = snapshotInterval(config.k3s.snapshots.schedule);
      const text = `${span(Math.max(0, age))} old, ${size(snapshot.bytes / 1000)}`;
      return judged(age, { warn: 2 * every + 3600, fail: 7 * 86_400 + every }, text);
    },
  },
];

/** Seconds between the snapshots of a cron schedule, as far as it is one of the usual forms. */
export function snapshotInterval(schedule: string): number {
  const [minute = "", hour = "", day = "", , weekday = ""] = schedule.trim().split(/\s+/);
  const step = (field: string) => Number(/^\*\/(\d+)$/.exec(field)?.[1] ?? 1);
  if (weekday !== "*" || day !== "*") return 7 * 86_400;
  if (hour.startsWith("*")) return minute.startsWith("*") ? step(minute) * 60 : step(hour) * 3600;
  return (24 / hour.split(",").length) * 3600;
}
