import { tryKubectl } from "./server";

type Fields = Readonly<Record<string, unknown>>;

function pod(name: string, container: Fields, spec: Fields = {}): Fields {
  const containers = [{ name, image: "example.com/none:1", ...container }];
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers, ...spec } };
}

/** A pod that asks for the whole host. */
export const privileged = pod("intruder", { securityContext: { privileged: true } });
/** A pod that asks for nothing, as the level `restricted` wants it. */
export const modest = pod(
  "modest",
  { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } },
  { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } },
);

/** What the API says to a pod in a namespace, which is not kept. */
export function admission(namespace: string, object: Fields): string {
  const { code, stderr } = tryKubectl(
    `create --dry-run=server --namespace ${namespace} --filename -`,
    object,
  );
  return code === 0 ? "admitted" : stderr;
}
