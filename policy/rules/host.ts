import { containerName, containersOf, podsOf } from "../pods";
import { type Fields, fieldsOf, isSet, listOf, textOf } from "../resource";
import { judged, type Rule } from "../rule";

/** Security contexts of a container and of its pod. */
interface Settings {
  readonly securityContext: Fields;
  readonly pod: Fields;
}

/** What is as good as privileged, or takes away a part of what holds a container in. */
function privilege({ securityContext, pod }: Settings): string | undefined {
  const { privileged: is, procMount, windowsOptions, appArmorProfile } = securityContext;
  if (is === true) return "is privileged";
  if (procMount === "Unmasked") return "sees all of /proc";
  const windows = { ...fieldsOf(pod["windowsOptions"]), ...fieldsOf(windowsOptions) };
  if (windows["hostProcess"] === true) return "is a process of its host";
  const profile = fieldsOf(appArmorProfile ?? pod["appArmorProfile"]);
  return profile["type"] === "Unconfined" ? "is not confined by AppArmor" : undefined;
}

export const privileged: Rule = {
  title: "Containers are not privileged",
  reason: "A privileged container is root on its host, and from there in the cluster.",
  mend: "Name the capability, device plugin or volume it needs instead of `privileged: true`.",
  scope: "resource",
  charts: true,
  judge: (resource) =>
    containersOf(resource).map((one) => {
      const found = privilege({
        securityContext: fieldsOf(one.container["securityContext"]),
        pod: fieldsOf(one.pod.spec["securityContext"]),
      });
      const path = `${one.path}.securityContext.privileged`;
      return judged(path, found === undefined, `${containerName(one)} ${found ?? ""}`);
    }),
};

export const hostPath: Rule = {
  title: "Pods mount no folder of their host",
  reason: "A folder of the host is a way to its secrets, and ties the pod to that host.",
  mend: "Use a claim, a ConfigMap, an emptyDir or a projected volume.",
  scope: "resource",
  charts: true,
  judge: (resource) =>
    podsOf(resource).flatMap(({ path, spec }) => {
      const wrong = listOf(spec["volumes"]).flatMap(({ name, hostPath: host }, index) =>
        !isSet(host)
          ? []
          : [
              judged(
                `${path}.volumes[${String(index)}].hostPath`,
                false,
                `volume ${textOf(name)} is ${textOf(fieldsOf(host)["path"])} of the host`,
                textOf(fieldsOf(host)["path"]),
              ),
            ],
      );
      return wrong.length > 0 ? wrong : [{ path: `${path}.volumes` }];
    }),
};

const namespaces = ["hostNetwork", "hostPID", "hostIPC"] as const;

export const hostNamespaces: Rule = {
  title: "Pods share no network, processes or memory with their host",
  reason: "On the host's network no NetworkPolicy holds; among its processes their secrets show.",
  mend: "Drop hostNetwork, hostPID and hostIPC; reach the host by its address.",
  scope: "resource",
  charts: true,
  judge: (resource) =>
    podsOf(resource).flatMap(({ path, spec }) =>
      namespaces.map((name) =>
        judged(`${path}.${name}`, spec[name] !== true, `${name} is on`, name),
      ),
    ),
};

export const hostPorts: Rule = {
  title: "Containers take no port of their host",
  reason:
    "A port of the host bypasses Services and policies, and two such pods never share a host.",
  mend: "Put a Service in front of it.",
  scope: "resource",
  charts: true,
  judge: (resource) =>
    containersOf(resource)
      // On the host's network each port is the host's; that is another rule's business.
      .filter(({ pod }) => pod.spec["hostNetwork"] !== true)
      .map((one) => {
        const taken = listOf(one.container["ports"]).filter(
          ({ hostPort }) => isSet(hostPort) && hostPort !== 0,
        );
        const wrong = `${containerName(one)} takes ${taken.map(({ hostPort }) => String(hostPort)).join(", ")}`;
        return judged(`${one.path}.ports`, taken.length === 0, wrong);
      }),
};
