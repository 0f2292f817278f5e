import { ansibleMakers } from "./ansibleMakers";
import { kubernetesMakers } from "./kubernetesMakers";
import type { Maker } from "./made";
import { sopsMakers } from "./sopsMakers";

/** Every file that the real tools make, by format. */
export const makers: Readonly<Record<string, readonly Maker[]>> = {
  SOPS: sopsMakers,
  "Ansible Vault": ansibleMakers,
  Kubernetes: kubernetesMakers,
};
