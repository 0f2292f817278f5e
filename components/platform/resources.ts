/** Requests and limits of a container, as Kubernetes spells them. */
export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly memory: string };
}

/**
 * What a container asks for, and the memory at which it is killed.
 *
 * There is no limit on CPU: a throttled container on a Pi fails its probes while cores idle.
 */
export function resources(cpu: string, memory: string, memoryLimit: string): Resources {
  return { requests: { cpu, memory }, limits: { memory: memoryLimit } };
}
