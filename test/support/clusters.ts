import fc from "fast-check";
import type { ClusterObservation, HostObservation } from "../../components/k3s/observation";
import type { Difference, WantedCluster, WantedNode } from "../../components/k3s/rolloutModel";
import type { HostConfig } from "../../config/schema";

/** What becomes of one node between now and what is wanted. */
export const fates = [
  ...["same", "config", "reboot", "rotation", "generation", "version", "stopped"],
  ...["join", "rebuild", "remove", "forget", "unreachable", "foreign", "stranger", "unstarted"],
] as const;

/** See {@link fates}. */
export type Fate = (typeof fates)[number];

/** One node of a random cluster. */
export interface Story {
  readonly role: "server" | "agent";
  readonly fate: Fate;
  readonly healthy: boolean;
  readonly learner: boolean;
  /** Release it runs now. */
  readonly runs: string;
  /** Age in hours of the backup of its one local volume; 0: no volume; negative: no backup. */
  readonly backupAge: number;
  readonly discards: boolean;
}

/** A cluster and what is wanted of it. */
export interface Situation {
  readonly stories: readonly Story[];
  readonly wanted: WantedCluster;
  readonly observed: ClusterObservation;
}

const now = new Date("2026-03-01T12:00:00Z");
const claim = "media/config";

const inCluster = (fate: Fate) => !["join", "unstarted"].includes(fate);
const hasRow = (fate: Fate) => fate !== "stranger";

/** A row of the configuration. */
export function hostRow(name: string, index: number, role: Story["role"]): HostConfig {
  return {
    ...{ name, role, address: `10.0.0.${index + 1}`, state: "present", generation: 1 },
    ...{ labels: {}, taints: [], discardVolumes: [] },
  };
}

function differencesOf(story: Story, target: string): Difference[] {
  const { fate, runs } = story;
  const moves: Difference[] = runs === target ? [] : ["version"];
  switch (fate) {
    case "join":
    case "unstarted":
      return ["join"];
    case "rebuild":
    case "remove":
    case "forget":
      return [fate];
    case "config":
    case "reboot":
    case "rotation":
    case "generation":
    case "stopped":
      return [fate, ...moves];
    default:
      return moves;
  }
}

function hostOf(story: Story, row: HostConfig): HostObservation {
  const { fate, role, runs } = story;
  const blank = fate === "rebuild" || fate === "join" || fate === "unstarted";
  const unit = role === "server" ? "k3s" : "k3s-agent";
  const age = story.backupAge;
  const backup = new Date(now.getTime() - age * 3_600_000).toISOString();
  const volume = {
    ...{ claim, path: "/var/lib/rancher/k3s/storage/pvc-1" },
    ...(age > 0 ? { lastVerifiedBackup: backup } : {}),
  };
  return {
    host: row,
    ...(fate === "unreachable" ? { unreachable: `${row.name}: does not answer SSH` } : {}),
    ...(blank ? {} : { clusterId: fate === "foreign" ? "another" : "ours" }),
    k3s: blank ? { active: false } : { version: runs, unit, active: fate !== "stopped" },
    etcd: { hasData: role === "server" && !blank, members: [] },
    ...{ api: true, nodes: [], files: {} },
    localVolumes: age === 0 || !inCluster(fate) ? [] : [volume],
  };
}

/** Builds a situation in which every story is true at once. */
export function situation(stories: readonly Story[], target: string, drain = true): Situation {
  const named = stories.map((story, index) => {
    const name = `pi-${index + 1}`;
    return { story, row: hostRow(name, index, story.role) };
  });
  const well = ({ healthy, fate }: Story) =>
    healthy && !["rebuild", "forget", "stopped"].includes(fate);
  const nodes: WantedNode[] = named
    .filter(({ story }) => hasRow(story.fate))
    .map(({ story, row: { name, role, address } }) => ({
      ...{ name, role, address, version: target },
      differs: differencesOf(story, target),
      discardVolumes: story.discards ? [claim] : [],
    }));
  const members = named
    .filter(({ story }) => story.role === "server" && story.fate !== "join")
    .map(({ story, row }, index) => ({
      id: String(index),
      name: story.fate === "unstarted" ? "-" : row.name,
      address: story.fate === "unstarted" ? "-" : row.address,
      learner: story.learner || story.fate === "unstarted",
      healthy: well(story) && story.fate !== "unstarted",
    }));
  return {
    stories,
    wanted: { nodes, now, drain, clusterId: "ours" },
    observed: {
      hosts: named
        .filter(({ story }) => !["remove", "forget", "stranger"].includes(story.fate))
        .map(({ story, row }) => hostOf(story, row)),
      members,
      nodes: named
        .filter(({ story }) => inCluster(story.fate) && hasRow(story.fate))
        .map(({ story, row }) => ({
          ...{ name: row.name, ready: well(story), voter: !story.learner, schedulable: true },
          ...{ version: story.runs, internalIp: row.address, roles: [story.role] },
        })),
    },
  };
}

const base = "v1.35.2+k3s1";
const targets = [base, "v1.35.4+k3s1", "v1.36.3+k3s1", "v1.37.1+k3s1", "v1.34.6+k3s1"] as const;

function story(weights: Readonly<Partial<Record<Fate, number>>>): fc.Arbitrary<Story> {
  const choices = Object.entries(weights).map(([fate, weight]) => ({
    weight,
    arbitrary: fc.constant(fate as Fate),
  }));
  const rarely = (percent: number) => fc.nat(99).map((draw) => draw < percent);
  return fc.record({
    role: fc.constantFrom("server", "server", "agent"),
    fate: fc.oneof(...choices),
    healthy: rarely(4).map((ill) => !ill),
    learner: rarely(3),
    runs: fc.oneof(
      { weight: 6, arbitrary: fc.constant<string>(base) },
      { weight: 1, arbitrary: fc.constantFrom<string>("v1.35.4+k3s1", "v1.36.3+k3s1") },
    ),
    backupAge: fc.constantFrom(0, 0, 0, 2, 30, -1),
    discards: rarely(30),
  });
}

const quiet = { same: 30, config: 8, reboot: 3, rotation: 1, generation: 1, version: 2 };
const lively = { ...quiet, stopped: 2, join: 4, rebuild: 2, remove: 3, forget: 2, unstarted: 1 };
const bad = { ...lively, unreachable: 1, foreign: 1, stranger: 1 };

/** Every cluster has a server, and a stranger is one: an agent of nobody's is no member of etcd. */
function withServer(stories: readonly Story[]): Story[] {
  return stories.map((row, index) =>
    index === 0 || row.fate === "stranger" ? { ...row, role: "server" } : row,
  );
}

/** Clusters of one to ten nodes with everything that may befall them. */
export const anySituation: fc.Arbitrary<Situation> = fc
  .record({
    stories: fc.oneof(
      { weight: 3, arbitrary: fc.array(story(quiet), { minLength: 1, maxLength: 10 }) },
      { weight: 5, arbitrary: fc.array(story(lively), { minLength: 1, maxLength: 10 }) },
      { weight: 1, arbitrary: fc.array(story(bad), { minLength: 1, maxLength: 10 }) },
    ),
    target: fc.oneof(
      { weight: 4, arbitrary: fc.constant<string>(base) },
      { weight: 3, arbitrary: fc.constantFrom<string>(...targets) },
    ),
    drain: fc.boolean(),
  })
  .map(({ stories, target, drain }) => situation(withServer(stories), target, drain));

/** Clusters in which all is well, of three servers or more, one of them perhaps to be added. */
export const wellSituation: fc.Arbitrary<Situation> = fc
  .record({
    stories: fc.array(story({ same: 3, config: 2, reboot: 1, generation: 1 }), {
      minLength: 3,
      maxLength: 9,
    }),
    joins: fc.boolean(),
    target: fc.constantFrom<string>(base, "v1.35.4+k3s1", "v1.36.3+k3s1"),
  })
  .map(({ stories, joins, target }) => {
    const well = stories.map((row, index): Story => {
      const role = index < 3 ? "server" : row.role;
      return { ...row, role, healthy: true, learner: false, runs: base };
    });
    const [first] = well;
    const more: Story[] = joins && first !== undefined ? [{ ...first, fate: "join" }] : [];
    return situation([...well, ...more], target);
  });
