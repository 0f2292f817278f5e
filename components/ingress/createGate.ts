import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Secret } from "@pulumi/kubernetes/core/v1";
import type { Input, ResourceOptions } from "@pulumi/pulumi";
import {
  gateMetadata,
  gateName,
  type GatePlace,
  gateSecretName,
  renderGate,
} from "./renderMiddlewares";
import type { GateSettings } from "./settings";

/** The users who pass the gate of a namespace, as lines of htpasswd. */
export function createGateUsers(
  place: GatePlace,
  users: Input<string>,
  options: ResourceOptions,
): Secret {
  return new Secret(
    `${place.namespace}-${gateSecretName}`,
    { metadata: gateMetadata(gateSecretName, place), stringData: { users } },
    options,
  );
}

/**
 * The gate of a namespace. Each has its own: for one that all share, Traefik would have to let every
 * namespace refer to the objects of every other.
 */
export function createGate(
  place: GatePlace,
  settings: GateSettings,
  options: ResourceOptions,
): CustomResource {
  return new CustomResource(
    `${place.namespace}-${gateName}`,
    { ...renderGate(settings, place) },
    options,
  );
}
