/** Seconds within which Helm may still be at work: its longest wait for a release, and some more. */
export const longestWork = 20 * 60;

/**
 * Whether Helm began something with a release and left it: no run takes so long. Helm refuses to
 * touch such a release ("another operation is in progress").
 *
 * @param age seconds since it was begun
 */
export function isStuck(status: string, age: number): boolean {
  return /^(pending-|uninstalling)/.test(status) && age > longestWork;
}
