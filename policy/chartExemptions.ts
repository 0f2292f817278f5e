import type { Exemption } from "./exemption";

/** What charts render and give no value to mend; held against them by `npm run charts -- verify`. */
export const chartExemptions: readonly Exemption[] = [];
