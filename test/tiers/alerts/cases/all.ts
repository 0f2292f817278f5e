import { hostsCases } from "./hosts";
import { mediaCases } from "./media";
import { secretsCases } from "./secrets";
import { servicesCases } from "./services";
import { snapshotsCases } from "./snapshots";
import type { AlertCase } from "./types";
import { workloadsCases } from "./workloads";

/** Every alert fires in one case and is quiet in another, at least. */
export const alertCases: readonly AlertCase[] = [
  ...hostsCases,
  ...snapshotsCases,
  ...workloadsCases,
  ...servicesCases,
  ...secretsCases,
  ...mediaCases,
];
