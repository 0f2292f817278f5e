import { ComponentResource, type Resource } from "@pulumi/pulumi";

/**
 * Marks that Pulumi delivers the workloads: each is `deletedWith` this. Once the configuration says
 * that Argo CD delivers, this leaves the program together with them, and the engine takes them all
 * out of the state without deleting any in the cluster. An app that is turned off while this stays
 * is deleted for real, and so is everything when the namespace goes.
 */
export class DeliveredByPulumi extends ComponentResource {
  constructor(name: string, parent: Resource) {
    super("bramble:workload:DeliveredByPulumi", name, {}, { parent });
    this.registerOutputs();
  }
}
