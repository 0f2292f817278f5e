import type { core } from "@pulumi/kubernetes/types/input";
import { leastPrivilege } from "../podSecurity";
import type { AppSettings } from "./settings";
import { scriptRunner, scriptsVolume, toolUser } from "./toolMetadata";
import { scriptsPath } from "./toolNames";
import { volumeMounts } from "./volumes";

/** Whether an app's key has to be in a settings file before it starts. */
export function needsPreparing({ row }: AppSettings): boolean {
  return row.secrets.some(({ appliedBy }) => appliedBy === "file");
}

/** Writes an app's key into its settings file; a file that has it stays as it is. */
export function initContainers(app: AppSettings): core.v1.Container[] {
  const { row, stack } = app;
  const config = volumeMounts(app).filter(({ name }) => name === "config");
  return row.secrets
    .filter(({ appliedBy }) => appliedBy === "file")
    .map(({ key, variable }) => ({
      name: "prepare",
      ...scriptRunner,
      command: ["node", `${scriptsPath}/prepare.ts`, row.name, row.configPath, variable],
      env: [{ name: variable, valueFrom: { secretKeyRef: { name: stack.secretName, key } } }],
      resources: {
        requests: { cpu: "10m", memory: "48Mi" },
        limits: { cpu: "1", memory: "128Mi" },
      },
      // Its last line says what is wrong, and `kubectl describe` shows it.
      terminationMessagePolicy: "FallbackToLogsOnError",
      securityContext: { ...leastPrivilege, ...toolUser(stack) },
      volumeMounts: [
        ...config,
        { name: scriptsVolume.name, mountPath: scriptsPath, readOnly: true },
      ],
    }));
}
