import { type Container, containerName, containersOf } from "../pods";
import { type Fields, fieldsOf, textOf, textsOf } from "../resource";
import { judged, type Rule } from "../rule";

const contextOf = ({ container }: Container): Fields => fieldsOf(container["securityContext"]);

/** A setting of the container, or of its pod where it has none of its own. */
function inherited(one: Container, key: string): unknown {
  return contextOf(one)[key] ?? fieldsOf(one.pod.spec["securityContext"])[key];
}

const allScope = { scope: "resource", charts: true } as const;

export const readOnlyRoot: Rule = {
  ...allScope,
  title: "Containers cannot write to their own root file system",
  reason: "What breaks in cannot change programs, and nothing fills the host's disk unseen.",
  mend: "Set `readOnlyRootFilesystem: true`, with an emptyDir where it has to write.",
  judge: (resource) =>
    containersOf(resource).map((one) =>
      judged(
        `${one.path}.securityContext.readOnlyRootFilesystem`,
        contextOf(one)["readOnlyRootFilesystem"] === true,
        `${containerName(one)} may write to its root`,
      ),
    ),
};

/** What Kubernetes' `restricted` level lets a container keep. */
const allowedCapabilities = ["NET_BIND_SERVICE"];

export const capabilities: Rule = {
  ...allScope,
  title: "Containers drop all capabilities and add none",
  reason: "Capabilities are root's powers one by one; most programs need none of them.",
  mend: 'Set `capabilities: { drop: ["ALL"] }`.',
  judge: (resource) =>
    containersOf(resource).map((one) => {
      const { drop, add } = fieldsOf(contextOf(one)["capabilities"]);
      const dropsAll = textsOf(drop).some((name) => name.toUpperCase() === "ALL");
      const added = textsOf(add).filter((name) => !allowedCapabilities.includes(name));
      const found = [...(dropsAll ? [] : ["keeps the default ones"]), ...added].join(", ");
      return judged(
        `${one.path}.securityContext.capabilities`,
        dropsAll && added.length === 0,
        dropsAll
          ? `${containerName(one)} adds ${added.join(", ")}`
          : `${containerName(one)} does not drop all`,
        found,
      );
    }),
};

export const privilegeEscalation: Rule = {
  ...allScope,
  title: "Containers cannot gain privileges",
  reason: "Without it a setuid program in the image makes root of any user.",
  mend: "Set `allowPrivilegeEscalation: false`.",
  judge: (resource) =>
    containersOf(resource)
      // Kubernetes refuses the setting on a privileged container; that is another rule's business.
      .filter((one) => contextOf(one)["privileged"] !== true)
      .map((one) =>
        judged(
          `${one.path}.securityContext.allowPrivilegeEscalation`,
          contextOf(one)["allowPrivilegeEscalation"] === false,
          `${containerName(one)} may gain privileges`,
        ),
      ),
};

export const nonRoot: Rule = {
  ...allScope,
  title: "Containers do not run as root",
  reason: "Root in a container is root on the host as soon as a kernel bug lets it out.",
  mend: "Set `runAsNonRoot: true`, and `runAsUser` where the image names no number.",
  judge: (resource) =>
    containersOf(resource).map((one) => {
      const isRoot = inherited(one, "runAsUser") === 0;
      return judged(
        `${one.path}.securityContext.runAsNonRoot`,
        inherited(one, "runAsNonRoot") === true && !isRoot,
        `${containerName(one)} may run as root`,
      );
    }),
};

export const seccomp: Rule = {
  ...allScope,
  title: "Containers run under a seccomp profile",
  reason: "It refuses system calls that programs do not need and that kernel exploits do.",
  mend: "Set `seccompProfile: { type: RuntimeDefault }` on the pod.",
  judge: (resource) =>
    containersOf(resource)
      .filter((one) => contextOf(one)["privileged"] !== true)
      .map((one) => {
        const type = textOf(fieldsOf(inherited(one, "seccompProfile"))["type"]);
        return judged(
          `${one.path}.securityContext.seccompProfile`,
          type === "RuntimeDefault" || type === "Localhost",
          `${containerName(one)} has ${type === "" ? "no profile" : `profile ${type}`}`,
        );
      }),
};
