import assert from "node:assert/strict";
import { renderCall, renderInstall, renderTransient } from "../../../components/remote/render";
import { scriptBundle, scriptDirectory, type ScriptName } from "../../../components/remote/scripts";
import type { Finished } from "../support/finish";
import { asRoot, labUp, spare, tryOn } from "./lab";

const dropIn = "/etc/sudoers.d/zz-bramble";

/** A script as the program calls it. */
function call(script: ScriptName, ...args: string[]): Promise<Finished> {
  return tryOn(spare, renderCall({ script, args, timeoutSeconds: 60, user: "pi" }, ["reason"]));
}

/** A script as operators' commands send and run it. */
function send(name: string, text: string, args: readonly string[], input = ""): Promise<Finished> {
  const bundle = scriptBundle({ [name]: text, ...(input === "" ? {} : { input }) });
  return tryOn(spare, renderTransient("pi", name, args), bundle);
}

function succeeded({ code, stdout, stderr }: Finished): string {
  assert.equal(code, 0, `${stdout}${stderr}`);
  return stdout;
}

const whoami = "#!/bin/sh\nid -un; cat; printf '<%s>' \"$@\"\n";

describe("sudo limited to Bramble's scripts", () => {
  before(async () => {
    await labUp();
    succeeded(await tryOn(spare, renderInstall("pi", spare), scriptBundle()));
  });

  it("is taken back at once where the user could run nothing by it", async () => {
    // Both at once: the rule of others that comes later would lock this test out as well.
    const { code, stdout } = await send(
      "later.sh",
      `#!/bin/sh
       later=/etc/sudoers.d/zzz-later
       echo 'pi ALL=(ALL:ALL) PASSWD: ALL' >$later; chmod 440 $later
       ${scriptDirectory}/sudoers.sh converge --user pi 2>&1 && echo kept
       ls ${dropIn} ${scriptDirectory}/limited; rm $later\n`,
      [],
    );
    assert.equal(code, 0);
    assert.match(stdout, /pi could run no script by the new rules, which were taken back/);
    assert.doesNotMatch(stdout, /^kept|^\//m);
    succeeded(await tryOn(spare, "sudo -n true"));
  });

  it("lets the user run scripts, and nothing else, without a password", async () => {
    succeeded(await call("sudoers.sh", "converge", "--user", "pi"));
    assert.match(succeeded(await call("facts.sh")), /"hostname"/);
    const written = "/etc/bramble-written with spaces";
    succeeded(await call("file.sh", "converge", "--path", written, "--mode", "0600"));
    for (const command of [
      "sudo -n true",
      "sudo -n sh -c id",
      "sudo -n timeout --kill-after=10 5 id",
      `sudo -n timeout --kill-after=10 5 ${scriptDirectory}/../../../bin/id.sh`,
      `sudo -n timeout '--kill-after=10 5 ${scriptDirectory}/facts.sh' 5 id`,
      `sudo -n timeout --kill-after=10 '5 ${scriptDirectory}/facts.sh' id`,
      `sudo -n bash ${scriptDirectory}/facts.sh`,
      `sudo -n cat ${dropIn}`,
    ]) {
      const { code, stdout } = await tryOn(spare, command);
      assert.notEqual(code, 0, command);
      assert.doesNotMatch(stdout, /root/, command);
    }
  });

  it("still takes new scripts, and runs those that commands send", async () => {
    succeeded(await tryOn(spare, renderInstall("pi", spare), scriptBundle()));
    const said = succeeded(await send("whoami.sh", whoami, ["a b", "$HOME"], "read\n"));
    assert.equal(said, "root\nread\n<a b><$HOME>");
    const failed = await send("fails.sh", "#!/bin/sh\nexit 7\n", []);
    assert.equal(failed.code, 7);
    const nothing = await tryOn(spare, `sudo -n ${scriptDirectory}/bundle.sh run 5 ../x.sh`, "x");
    assert.match(nothing.stderr, /no bundle of scripts|no script/);
  });

  it("notes in the journal who ran what", async () => {
    const look = "#!/bin/sh\njournalctl --quiet --no-pager --identifier bramble --output cat\n";
    const journal = succeeded(await send("look.sh", look, []));
    assert.match(journal, /^pi: installs scripts \(sha256:[0-9a-f]{64}\)$/m);
    assert.match(journal, /^pi: runs whoami\.sh a b \$HOME \(scripts sha256:[0-9a-f]{64}\)$/m);
  });

  it("is looked at by drift, and put back", async () => {
    const check = () => call("sudoers.sh", "check", "--user", "pi");
    assert.match(succeeded(await check()), /unchanged/);
    const loosen = `#!/bin/sh\nchmod 640 ${dropIn}; echo '# more' >>${dropIn}\n`;
    succeeded(await send("loosen.sh", loosen, []));
    const { code, stdout } = await check();
    assert.equal(code, 10);
    assert.match(stdout, /would change: write \/etc\/sudoers\.d\/zz-bramble/);
    succeeded(await call("sudoers.sh", "converge", "--user", "pi"));
    assert.match(succeeded(await check()), /unchanged/);
  });

  it("is as it was before, once it is removed", async () => {
    succeeded(await call("sudoers.sh", "remove"));
    succeeded(await tryOn(spare, "sudo -n true"));
    const left = `find ${dropIn} ${scriptDirectory}/limited 2>/dev/null || true`;
    assert.equal(await asRoot(spare, left), "");
    assert.match(succeeded(await call("sudoers.sh", "remove")), /unchanged/);
  });
});
