import type { Context } from "mocha";

/** Environment variable that `--all` sets. */
export const slowSwitch = "BRAMBLE_TEST_ALL";

const reasons = new Map<string, string>();

/** Skips a test and says why, there and then and in the tier's closing table. */
export function skipBecause(context: Context, reason: string): void {
  console.log(`    skipped: ${reason}`);
  const title = context.test?.title ?? "";
  reasons.set(title, reason);
  context.skip();
}

/** Why a test was skipped, by its title. */
export function skipReason(title: string): string {
  return reasons.get(title) ?? "see above";
}

/** A long test, or one whose like runs anyway: it runs with `--all` only, and says so otherwise. */
export function slow(name: string, test: (this: Context) => Promise<void>): void {
  it(name, async function () {
    if (process.env[slowSwitch] !== "1") skipBecause(this, "slow, run with --all");
    await test.call(this);
  });
}
