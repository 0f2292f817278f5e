import type { Problem } from "./problems";
import { rotatableSince, type RotationConfig, type RotationItem } from "./rotationSchema";

/** Refuses to rotate what the release of k3s cannot replace in a running cluster. */
export function rotationProblems(k3s: {
  readonly version: string;
  readonly rotation: RotationConfig;
}): Problem[] {
  const minor = Number(/^v1\.(\d+)\./.exec(k3s.version)?.[1] ?? 0);
  return (Object.keys(rotatableSince) as RotationItem[])
    .filter((item) => k3s.rotation[item] > 1 && minor < rotatableSince[item])
    .map((item) => ({
      path: `k3s.rotation.${item}`,
      message: `k3s ${k3s.version} cannot rotate this: it needs v1.${String(rotatableSince[item])} or newer`,
    }));
}
