import assert from "node:assert/strict";
import { LoginRefused, proven } from "../../../../operations/secrets/rotate/patience";

/** Tries until it is over; what was tried when, by a clock that no one waits for. */
async function triedAt(
  trial: (count: number) => string,
  patienceSeconds = 180,
): Promise<{ seconds: number[]; end: string }> {
  const seconds: number[] = [];
  let passed = 0;
  const clock = {
    now: () => passed,
    pause: (milliseconds: number) => Promise.resolve((passed += milliseconds)),
  };
  const end = await proven(
    () => {
      seconds.push(passed / 1000);
      return Promise.resolve().then(() => trial(seconds.length));
    },
    patienceSeconds,
    clock,
  ).catch((error: unknown) => String(error));
  return { seconds, end };
}

const refuse = (): string => {
  throw new LoginRefused("refused");
};

describe("the trial of a value in its place", () => {
  it("asks again and again while a program starts", async () => {
    const { seconds, end } = await triedAt((count) => {
      if (count < 40) throw new Error("does not answer");
      return "works";
    });
    assert.deepEqual([seconds.length, seconds[39], end], [40, 117, "works"]);
  });

  it("logs in less than five times: then Argo CD and Grafana refuse everybody for five minutes", async () => {
    const { seconds, end } = await triedAt(refuse);
    assert.deepEqual(seconds, [0, 3, 83, 163]);
    assert.equal(end, "Error: refused");
  });

  it("soon asks once more when a log-in is refused: a new value takes a moment to arrive", async () => {
    const { seconds } = await triedAt((count) => (count === 1 ? refuse() : "works"));
    assert.deepEqual(seconds, [0, 3]);
  });

  it("is over at once where no patience is given", async () => {
    assert.deepEqual((await triedAt(refuse, 0)).seconds, [0]);
  });
});
