import assert from "node:assert/strict";
import { renderCall } from "../../../components/remote/render";
import { splitWords } from "../../../operations/drift/words";

describe("operations/drift/words", () => {
  it("takes every command line apart that the program writes, its reasons aside", () => {
    const args = [
      "converge",
      "--peers",
      "10.0.0.1 10.0.0.2",
      "--last",
      "",
      "--odd",
      "it's # a 'quote'\\",
    ];
    const call = { script: "k3s.sh", args, timeoutSeconds: 60, user: "pi" } as const;
    assert.deepEqual(splitWords(renderCall(call, ["0123abc", "generation-2"])), [
      ...["sudo", "-n", "timeout", "--kill-after=10", "60", "/usr/local/lib/bramble/k3s.sh"],
      ...args,
    ]);
  });

  it("refuses what is no such command line, rather than to look at the wrong thing", () => {
    assert.throws(() => splitWords("sh -c 'unfinished"), /not a command line/);
  });
});
