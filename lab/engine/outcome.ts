import type { Made } from "../../operations/inprocess/run";

/** What a live handler did for one resource. */
export interface Outcome extends Made {
  /** `read`: nothing there could have changed. */
  readonly change: "created" | "changed" | "unchanged" | "read" | "skipped";
  /** What it did or why it did not, in a few words. */
  readonly summary?: string;
}

/** Told the latest word of a handler at work. */
export type Note = (text: string) => void;
