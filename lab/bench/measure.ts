/** What the runner inside the lab's network is told, on one line of standard input. */
export interface BenchRequest {
  readonly lab: string;
  readonly engine: "pulumi" | "in-process";
  readonly hosts: readonly {
    readonly name: string;
    readonly address: string;
    readonly hostKey: string;
  }[];
  readonly k3s: { readonly version: string; readonly directory: string; readonly sha256?: string };
}

/** One phase of the benchmark. Times are in milliseconds since 1970. */
export interface BenchPhase {
  readonly name: "first" | "second" | "drift";
  readonly from: number;
  readonly to: number;
}

/** What the runner found. */
export interface BenchResult {
  readonly phases: readonly BenchPhase[];
  /** Seconds in which no server answered during the second run, and the longest of any one. */
  readonly apiAway: number;
  readonly oneAway: number;
  /** Services that run with another start than before the second run, by host. */
  readonly restarted: readonly string[];
  readonly drift: {
    readonly checks: number;
    readonly findings: number;
    readonly failures: readonly string[];
  };
  /** Logins by SSH in each phase, by host. */
  readonly sessions: readonly {
    readonly host: string;
    readonly first: number;
    readonly second: number;
    readonly drift: number;
  }[];
  /** The longest commands of the first run, longest first. */
  readonly longest: readonly (readonly [name: string, seconds: number])[];
}
