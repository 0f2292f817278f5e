import type { Course, Difference, WantedNode } from "./rolloutModel";

/** What a step is, which decides its phases. */
export type StepKind = "touch" | "join" | "rebuild" | "remove" | "forget";

/** One thing a step does. */
export type PhaseName =
  /** Asks etcd whether this may be done now. */
  | "gate"
  | "snapshot"
  | "cordon"
  | "drain"
  /** Takes the node and its member out of the cluster. */
  | "forget"
  /** Puts configuration, release or reboot in place; k3s restarts. On removal: takes k3s off. */
  | "change"
  | "await-ready"
  | "await-voter"
  | "uncordon";

/** A phase and the host that carries it out. */
export interface Phase {
  readonly name: PhaseName;
  readonly on: string;
}

/** One host's turn. */
export interface Step {
  readonly node: string;
  readonly role: "server" | "agent";
  readonly kind: StepKind;
  readonly reasons: readonly Difference[];
  readonly phases: readonly Phase[];
  readonly warnings: readonly string[];
}

interface Circumstances {
  readonly drain: boolean;
  /** The only server does not answer: there is nobody to ask. */
  readonly unanswered: boolean;
}

/** What each kind of step does, and whether the node does it itself or a server that stays. */
const tables: Readonly<
  Record<
    StepKind,
    Readonly<Record<"server" | "agent", readonly (readonly [PhaseName, "self" | "server"])[]>>
  >
> = {
  touch: {
    server: [
      ["gate", "self"],
      ["snapshot", "self"],
      ["cordon", "self"],
      ["drain", "self"],
      ["change", "self"],
      ["await-ready", "self"],
      ["await-voter", "self"],
      ["uncordon", "self"],
    ],
    agent: [
      ["cordon", "server"],
      ["drain", "server"],
      ["change", "self"],
      ["await-ready", "server"],
      ["uncordon", "server"],
    ],
  },
  join: {
    server: [
      ["change", "self"],
      ["await-ready", "self"],
      ["await-voter", "self"],
    ],
    agent: [
      ["change", "self"],
      ["await-ready", "server"],
    ],
  },
  rebuild: {
    server: [
      ["gate", "server"],
      ["forget", "server"],
      ["change", "self"],
      ["await-ready", "self"],
      ["await-voter", "self"],
    ],
    agent: [
      ["gate", "server"],
      ["forget", "server"],
      ["change", "self"],
      ["await-ready", "server"],
    ],
  },
  remove: {
    server: [
      ["gate", "server"],
      ["drain", "server"],
      ["forget", "server"],
      ["change", "self"],
    ],
    agent: [
      ["drain", "server"],
      ["forget", "server"],
      ["change", "self"],
    ],
  },
  forget: {
    server: [
      ["gate", "server"],
      ["forget", "server"],
    ],
    agent: [
      ["gate", "server"],
      ["forget", "server"],
    ],
  },
};

const movesPods: readonly PhaseName[] = ["cordon", "drain", "uncordon"];
const needsAnswer: readonly PhaseName[] = ["gate", "snapshot", ...movesPods];

/** A server that stays and answers. */
function otherServer({ votes }: Course, name: string): string {
  const others = [...votes].filter(([other]) => other !== name);
  return (others.find(([, { voter, healthy }]) => voter && healthy) ?? others[0])?.[0] ?? name;
}

/** The phases of one step. */
export function phasesOf(
  node: WantedNode,
  kind: StepKind,
  course: Course,
  { drain, unanswered }: Circumstances,
): Phase[] {
  const other = otherServer(course, node.name);
  const vote = course.votes.get(node.name);
  // A server that is down cannot be asked; nor are there pods to move.
  const down = unanswered || (kind === "touch" && node.role === "server" && vote?.healthy !== true);
  return tables[kind][node.role]
    .filter(([name]) => !(down && needsAnswer.includes(name)))
    .filter(([name]) => drain || kind === "remove" || !movesPods.includes(name))
    .map(([name, where]) => ({ name, on: where === "self" ? node.name : other }));
}
