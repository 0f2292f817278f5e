/**
 * How a Service is reached: on an address of the LAN that MetalLB gives it, or inside the cluster
 * only.
 */
export function reach(address: string | undefined) {
  if (address === undefined) return { annotations: {}, spec: { type: "ClusterIP" } };
  return {
    annotations: { "metallb.io/loadBalancerIPs": address },
    // MetalLB needs no node ports, and each would be a port on every host.
    spec: { type: "LoadBalancer", allocateLoadBalancerNodePorts: false },
  };
}
