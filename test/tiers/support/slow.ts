/** Environment variable that `--all` sets. */
export const slowSwitch = "BRAMBLE_TEST_ALL";

/** A test that takes a minute or more: it runs with `--all` only, and says so otherwise. */
export function slow(name: string, test: () => Promise<void>): void {
  it(name, async function () {
    if (process.env[slowSwitch] !== "1") {
      console.log("    skipped: slow, run with --all");
      this.skip();
    }
    await test();
  });
}
