import assert from "node:assert/strict";
import { askGiven } from "../../../../operations/secrets/rotate/given";

const input = (text: string) => ({
  input: () => Promise.resolve(text),
  hidden: () => Promise.reject(new Error("not asked")),
});

describe("new values", () => {
  it("are standard input as it is, less its line end", async () => {
    const key = "-----BEGIN\nof\nmany lines-----\n";
    const values = await askGiven(["sshPrivateKey"], input(key));
    assert.equal(values.get("sshPrivateKey"), key.trimEnd());
  });

  it("are JSON by name where there are several", async () => {
    const names = ["snapshotS3AccessKey", "snapshotS3SecretKey"] as const;
    const json = JSON.stringify({ snapshotS3AccessKey: "one", snapshotS3SecretKey: "two" });
    assert.deepEqual(
      [...(await askGiven(names, input(json)))],
      [
        ["snapshotS3AccessKey", "one"],
        ["snapshotS3SecretKey", "two"],
      ],
    );
    for (const wrong of ["canary", "[]", "null", '{"snapshotS3AccessKey": "canary"}']) {
      await assert.rejects(askGiven(names, input(wrong)), (error: Error) => {
        assert.match(error.message, /has to be JSON with a text for each of snapshotS3AccessKey/);
        return !error.message.includes("canary");
      });
    }
  });

  it("are asked for at a terminal, one by one, but for those of several lines", async () => {
    const asked: string[] = [];
    const hidden = (question: string) => {
      asked.push(question);
      return Promise.resolve("typed");
    };
    const names = ["heartbeatUrl", "alertReceivers"] as const;
    const values = await askGiven(names, { input: undefined, hidden });
    assert.deepEqual(asked, ["new value of heartbeatUrl", "new value of alertReceivers"]);
    assert.equal(values.get("alertReceivers"), "typed");
    const key = { input: undefined, hidden: () => Promise.resolve("-----BEGIN canary") };
    await assert.rejects(askGiven(["sshPrivateKey"], key), /several lines: .* < file$/);
  });
});
