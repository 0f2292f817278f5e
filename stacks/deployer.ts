import * as pulumi from "@pulumi/pulumi";
import { isOfSameCluster } from "../components/k3s/deployer";

/**
 * The kubeconfig with which the program works on its own cluster as the deployer. Somebody has to
 * make the deployer first: until then, and on a cluster that was made anew, it is the administrator's,
 * and a warning says so.
 *
 * @param admin the administrator's; secret.
 * @param deployer as `npm run access` has set it; secret.
 */
export function deployerOrAdmin(
  admin: pulumi.Output<string>,
  deployer: pulumi.Output<string> | undefined,
): pulumi.Output<string> {
  const mend = `npm run access -- ${pulumi.getStack()} deployer`;
  if (deployer === undefined) {
    void pulumi.log.warn(
      `cluster.access: there is no deployer yet, so this run is the administrator's: \`${mend}\` makes one`,
    );
    return admin;
  }
  return pulumi.all([admin, deployer]).apply(async ([ours, given]) => {
    if (isOfSameCluster(ours, given)) return given;
    await pulumi.log.warn(
      `cluster.access: the deployer is not of this cluster, so this run is the administrator's: \`${mend}\` makes a new one`,
    );
    return ours;
  });
}
