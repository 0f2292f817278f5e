import type { ClusterObservation } from "./observation";
import { advance, begin, type Course, type WantedCluster, type WantedNode } from "./rolloutModel";
import { castBy, hasMajority, mayLeave, stopOf, type Votes, votersIn } from "./quorum";
import { type Refusal, standingRefusals, unsavedVolumes } from "./rolloutRefusals";
import { phasesOf, type Step, type StepKind } from "./rolloutSteps";
import { minorsBetween } from "./versions";

/** What a run would do, in order, or why it may do nothing. */
export interface Rollout {
  /** Empty when anything is refused. */
  readonly steps: readonly Step[];
  readonly refusals: readonly Refusal[];
}

const kinds: readonly StepKind[] = ["forget", "rebuild", "join", "remove"];

function kindOf({ differs }: WantedNode): StepKind {
  return kinds.find((kind) => (differs as readonly string[]).includes(kind)) ?? "touch";
}

/**
 * The order of a run: dead nodes are forgotten first, which only helps the others; then servers in
 * the order of the configuration, then agents, one at a time; what goes goes last, in reverse.
 */
function inOrder(nodes: readonly WantedNode[]): WantedNode[] {
  const changed = nodes.filter(({ differs }) => differs.length > 0);
  const by = (test: (kind: StepKind) => boolean, role?: WantedNode["role"]) =>
    changed.filter((node) => test(kindOf(node)) && (role === undefined || node.role === role));
  const stays = (kind: StepKind) => kind !== "forget" && kind !== "remove";
  return [
    ...by((kind) => kind === "forget"),
    ...by(stays, "server"),
    ...by(stays, "agent"),
    ...by((kind) => kind === "remove", "agent").reverse(),
    ...by((kind) => kind === "remove", "server").reverse(),
  ];
}

const restore = "docs/runbooks/restore.md";

function count(votes: Votes, away: string): string {
  return `${castBy(votes, away)} healthy of ${votersIn(votes)} servers`;
}

function unwell(votes: Votes, except: string): string {
  const names = [...votes].filter(([name, { healthy }]) => !healthy && name !== except);
  return names.map(([name]) => name).join(", ");
}

/** Why a node may not be disturbed, taken in or let go now. */
function quorumRefusal(node: WantedNode, kind: StepKind, course: Course): string | undefined {
  const { votes } = course;
  const { name, role } = node;
  const begins = votes.size === 0 && role === "server" && kind === "join";
  if (!begins && !onlyServer(course, name) && !hasMajority(votes)) {
    return `${name} cannot be changed while no server answers: bring a server back first`;
  }
  if (role === "agent") return undefined;
  if (kind === "join" || kind === "rebuild") {
    const waiting = [...votes].filter(([other, { voter }]) => !voter && other !== name);
    if (waiting.length > 0) {
      return `${name} cannot join while ${waiting.map(([other]) => other).join(", ")} has no vote yet: etcd takes one new member at a time; bring that one to Ready first`;
    }
  }
  if (kind === "join") return undefined;
  if (kind === "touch") {
    if (stopOf(votes, name) !== "refused" || onlyServer(course, name)) return undefined;
    return `stopping ${name} would leave ${count(votes, name)}, and the API would be gone: mend ${unwell(votes, name)} first, or set its state to gone`;
  }
  // A host that is dead or about to be blank is away before its member is taken out.
  if (kind === "remove" ? mayLeave(votes, name) : stopOf(votes, name) === "spared")
    return undefined;
  if (votersIn(votes) > 1) {
    return `without ${name} the majority of servers would be lost (${count(votes, name)}): mend ${unwell(votes, name)} first`;
  }
  return kind === "remove"
    ? `${name} is the last server, and removing it would end the cluster: add another first, or end it with pulumi destroy`
    : `${name} is the only server and its disk is fresh: the cluster's state is gone with the old one; restore a snapshot (${restore})`;
}

/** Nothing is at stake where the only server does not answer: it is brought back without questions. */
function onlyServer({ votes }: Course, name: string): boolean {
  return votes.size === 1 && votes.has(name);
}

/** Why a node's release may not change now. */
function versionRefusal(node: WantedNode, kind: StepKind, course: Course): string | undefined {
  if (kind === "remove" || kind === "forget") return undefined;
  const { name, version } = node;
  if (node.role === "agent") {
    const older = [...course.nodes]
      .filter(([, other]) => other.role === "server" && minorsBetween(version, other.version) < 0)
      .map(([server]) => server);
    if (older.length > 0) {
      return `agent ${name} would run ${version}, newer than server ${older.join(", ")}: upgrade the servers first`;
    }
  }
  if (!node.differs.includes("version")) return undefined;
  const ill = [
    ...[...course.votes].filter(([, { healthy, voter }]) => !healthy || !voter),
    ...[...course.nodes].filter(([, { ready }]) => !ready),
  ]
    .map(([other]) => other)
    .filter((other) => other !== name);
  return ill.length === 0
    ? undefined
    : `${name} is not upgraded while ${[...new Set(ill)].join(", ")} is not healthy: mend it first, set its state to gone, or remove its row in a run of its own`;
}

const notes: Readonly<Partial<Record<StepKind, string>>> = {
  rebuild: "pulumi up comes here once the generation of its row is raised",
  remove: "has no row: pulumi up removes it if this stack has made it",
};

function warningsOf(node: WantedNode, kind: StepKind, course: Course): string[] {
  const warnings: string[] = [];
  const { name } = node;
  if (kind === "touch" && course.votes.get(name)?.voter === true) {
    const stop = stopOf(course.votes, name);
    if (stop !== "spared")
      warnings.push("API away for about a minute: no other server can stand in");
  }
  const away = [...course.nodes].filter(([other, { ready }]) => !ready && other !== name);
  if (away.length > 0) {
    warnings.push(`already away: ${away.map(([other]) => other).join(", ")}`);
  }
  const told = notes[kind];
  if (told !== undefined) warnings.push(told);
  return warnings;
}

/**
 * Decides what a run does to a cluster, step by step, or refuses it as a whole. Decides nothing by
 * itself: the scripts on the hosts ask etcd again at each step.
 */
export function planRollout(wanted: WantedCluster, observed: ClusterObservation): Rollout {
  const course = begin(observed);
  const standing = standingRefusals(wanted, observed, course);
  if (standing.some(({ ends }) => ends === true)) return { steps: [], refusals: standing };
  const refusals: Refusal[] = [...standing];
  const steps: Step[] = [];
  for (const node of inOrder(wanted.nodes)) {
    const kind = kindOf(node);
    const found = [
      quorumRefusal(node, kind, course),
      versionRefusal(node, kind, course),
      ...(kind === "rebuild" || kind === "forget" ? unsavedVolumes(node, wanted, observed) : []),
    ];
    refusals.push(
      ...found.flatMap((message) => (message === undefined ? [] : [{ node: node.name, message }])),
    );
    const unanswered = onlyServer(course, node.name) && !hasMajority(course.votes);
    steps.push({
      ...{ node: node.name, role: node.role, kind, reasons: node.differs },
      phases: phasesOf(node, kind, course, { drain: wanted.drain ?? true, unanswered }),
      warnings: warningsOf(node, kind, course),
    });
    advance(node, kind, course);
  }
  return { steps: refusals.length > 0 ? [] : steps, refusals };
}
