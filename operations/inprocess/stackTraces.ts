import * as pulumi from "@pulumi/pulumi";

/**
 * Runs without stack traces: the SDK takes one for every promise, and a whole one to tell where each
 * resource is made, which is more than half of the time that a large plan needs. Messages stay.
 */
export async function withoutStackTraces<T>(work: () => Promise<T>): Promise<T> {
  const limit = Error.stackTraceLimit;
  const callsites: unknown = Reflect.get(pulumi.Resource, "callsites");
  Error.stackTraceLimit = 0;
  Object.assign(pulumi.Resource, { callsites: () => [] });
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = limit;
    Object.assign(pulumi.Resource, { callsites });
  }
}
