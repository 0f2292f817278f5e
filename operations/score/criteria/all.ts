import type { Criterion } from "../score";
import type { Subject } from "../subject";
import { configurationCriteria } from "./configuration";
import { gitopsCriteria } from "./gitops";
import { infrastructureCriteria } from "./infrastructure";
import { manifestCriteria } from "./manifests";
import { metadataCriteria } from "./metadata";
import { secretCriteria } from "./secrets";

/** Every criterion, by category. */
export const criteria: readonly Criterion<Subject>[] = [
  ...infrastructureCriteria,
  ...manifestCriteria,
  ...secretCriteria,
  ...configurationCriteria,
  ...gitopsCriteria,
  ...metadataCriteria,
];
