/**
 * Runs without stack traces of errors: the SDK takes one for every promise, which is half of the
 * time that a large plan needs. Messages stay.
 */
export async function withoutStackTraces<T>(work: () => Promise<T>): Promise<T> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
