import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onHost } from "./hosts";

/** How each kind of cgroup hierarchy limits writes to a device; 0 and `max` lift the limit. */
const limits = [
  {
    file: "blkio.throttle.write_iops_device",
    text: (device: string, writes: number) => `${device} ${writes}`,
  },
  {
    file: "io.max",
    text: (device: string, writes: number) => `${device} wiops=${writes === 0 ? "max" : writes}`,
  },
] as const;

function hierarchies(): string[] {
  return readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , type]) => type === "cgroup" || type === "cgroup2")
    .map(([, target = ""]) => target);
}

/**
 * Slows the disk of a lab host that has one of its own (`diskMb`): so many writes a second are let
 * through, as on a worn SD card.
 *
 * @param writesPerSecond 0 lifts the limit.
 * @returns why the disk cannot be slowed here; undefined when it is.
 */
export async function slowDisk(
  lab: string,
  name: string,
  writesPerSecond: number,
): Promise<string | undefined> {
  const device = (await onHost(lab, name, "findmnt -no MAJ:MIN /var/lib")).trim();
  const files = hierarchies().flatMap((folder) =>
    limits.map(({ file, text }) => ({ path: join(folder, lab, name, file), text })),
  );
  const found = files.find(({ path }) => existsSync(path));
  if (found === undefined) return "this machine's cgroups limit no writes to a disk";
  writeFileSync(found.path, `${found.text(device, writesPerSecond)}\n`);
  return undefined;
}
