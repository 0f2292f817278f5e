import type { Exemption } from "./exemption";

/** What the rules do not hold for. */
export const exemptions: readonly Exemption[] = [];
