import { type PolicyRuleId, policyRuleIds } from "../catalogue/policyRules";
import type { Rule } from "./rule";
import { clusterAdmin, rbacWildcards, serviceAccountToken } from "./rules/accounts";
import { probes, resources } from "./rules/containers";
import { hostNamespaces, hostPath, hostPorts, privileged } from "./rules/host";
import { imageArchitectures, imageDigest, imageTag } from "./rules/images";
import { defaultDeny, ingressTls, loadBalancerAddress } from "./rules/network";
import {
  capabilities,
  nonRoot,
  privilegeEscalation,
  readOnlyRoot,
  seccomp,
} from "./rules/privileges";
import { releasePinned } from "./rules/releases";
import { commandLogging, commandSecrets, commandTriggers, hostKey } from "./rules/remote";
import { configMapSecret, literalSecret, releaseSecrets, secretData } from "./rules/secrets";
import { unprotected, volumeRetained } from "./rules/volumes";
import { disruptionBudget, labels } from "./rules/workloads";

/** Every rule of the policy, by name. */
export const rules: Readonly<Record<PolicyRuleId, Rule>> = {
  "image-tag": imageTag,
  "image-digest": imageDigest,
  "image-architectures": imageArchitectures,
  resources,
  probes,
  privileged,
  "host-path": hostPath,
  "host-namespaces": hostNamespaces,
  "host-ports": hostPorts,
  "read-only-root": readOnlyRoot,
  capabilities,
  "privilege-escalation": privilegeEscalation,
  "non-root": nonRoot,
  seccomp,
  "service-account-token": serviceAccountToken,
  "rbac-wildcards": rbacWildcards,
  "cluster-admin": clusterAdmin,
  "literal-secret": literalSecret,
  "config-map-secret": configMapSecret,
  "secret-data": secretData,
  "release-secrets": releaseSecrets,
  "default-deny": defaultDeny,
  "load-balancer-address": loadBalancerAddress,
  "ingress-tls": ingressTls,
  "volume-retained": volumeRetained,
  unprotected,
  "disruption-budget": disruptionBudget,
  labels,
  "command-logging": commandLogging,
  "command-secrets": commandSecrets,
  "command-triggers": commandTriggers,
  "host-key": hostKey,
  "release-pinned": releasePinned,
};

/** Names and rules, in order. */
export const ruleEntries: readonly (readonly [PolicyRuleId, Rule])[] = policyRuleIds.map((id) => [
  id,
  rules[id],
]);
