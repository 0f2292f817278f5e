import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EndingProcess, withPrivateFolder } from "../../operations/privateFolder";

/** A process that is told to end, and what it does about it. */
class Ending extends EventEmitter implements EndingProcess {
  readonly pid = 1;
  readonly killed: unknown[] = [];
  kill(_pid: number, signal?: string | number): true {
    this.killed.push(signal);
    return true;
  }
}

describe("a folder for secrets", () => {
  it("is the owner's alone from the beginning, and gone after the work", async () => {
    const folder = await withPrivateFolder((path) => {
      assert.equal(statSync(path).mode & 0o777, 0o700);
      writeFileSync(join(path, "key"), "abc", { mode: 0o600 });
      return path;
    });
    assert.ok(!existsSync(folder));
  });

  it("is gone when the work fails, in its own words", async () => {
    let folder = "";
    const failing = withPrivateFolder((path) => {
      folder = path;
      throw new Error("no cluster");
    });
    await assert.rejects(failing, /^Error: no cluster$/);
    assert.ok(folder !== "" && !existsSync(folder));
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    it(`is gone when ${signal} stops the command, one in another as well`, async () => {
      const events = new Ending();
      await withPrivateFolder(
        (outer) =>
          withPrivateFolder((inner) => {
            events.emit(signal, signal);
            assert.ok(!existsSync(outer) && !existsSync(inner));
            assert.deepEqual(events.killed, [signal]);
          }, events),
        events,
      );
      assert.deepEqual(events.eventNames(), []);
    });
  }

  it("stays for whoever has something to finish, until the process ends", async () => {
    const events = new Ending();
    events.on("SIGINT", () => undefined);
    await withPrivateFolder((folder) => {
      events.emit("SIGINT", "SIGINT");
      assert.ok(existsSync(folder));
      assert.deepEqual(events.killed, []);
      events.emit("exit", 130);
      assert.ok(!existsSync(folder));
    }, events);
  });
});
