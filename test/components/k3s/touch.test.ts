import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const scripts = join(__dirname, "../../../components");
const recorded = join(__dirname, "../../golden/k3s/etcd");

/** Runs shell text after the sourced scripts, as a script of a host would use them. */
function run(text: string, input = ""): { code: number | null; stdout: string; stderr: string } {
  const sourced = ["remote/scripts/lib.sh", "k3s/scripts/etcd.sh", "k3s/scripts/touch.sh"]
    .map((file) => `source ${join(scripts, file)}`)
    .join("\n");
  const { status, stdout, stderr } = spawnSync("bash", ["-c", `${sourced}\n${text}`], {
    encoding: "utf8",
    input,
  });
  return { code: status, stdout, stderr };
}

describe("etcd_members", () => {
  // What a real k3s and its etcd answered, with more members put in.
  const answers = `curl() {
    case "$*" in
      *2381/metrics*) cat ${recorded}/metrics.txt ;;
      *:2382/*) cat ${recorded}/member-list.json ;;
      *) return 7 ;;
    esac
  }`;

  it("tells voters from learners, who is in touch, and who never started", () => {
    assert.deepEqual(run(`${answers}\netcd_members`).stdout.trim().split("\n"), [
      "252902638f78db76 pi-1 https://10.77.0.11:2379 voter healthy",
      "d32e7cb17bc78450 pi-2 https://10.77.0.12:2379 voter healthy",
      "383001e60f9c421d pi-3 https://10.77.0.13:2379 learner unhealthy",
      "829f634c4aad9d87 - - voter unhealthy",
    ]);
  });

  it("asks the port that older releases of k3s have", () => {
    const old = answers.replace(":2382/", ":2379/");
    assert.equal(run(`${old}\netcd_members`).stdout.trim().split("\n").length, 4);
  });

  it("fails when etcd does not answer, rather than telling of no members", () => {
    assert.equal(run("curl() { return 7; }\netcd_members").code, 1);
  });
});

/** Every combination of healthy and unhealthy others beside a server that is to be touched. */
function clusters(): { others: readonly boolean[]; members: string }[] {
  return [0, 1, 2, 3, 4, 5, 6].flatMap((count) =>
    Array.from({ length: 2 ** count }, (_, bits) => {
      const others = Array.from({ length: count }, (_none, index) => (bits & (1 << index)) > 0);
      const lines = others.map(
        (healthy, index) => `x pi-${index + 2} u voter ${healthy ? "healthy" : "unhealthy"}`,
      );
      return { others, members: ["x self u voter healthy", ...lines].join("\n") };
    }),
  );
}

describe("may_stop", () => {
  const decide = (members: readonly string[], strict = ""): boolean[] => {
    const { stdout } = run(
      `uname() { echo self; }
       while IFS= read -r -d '%' members; do
         known_members() { printf '%s\\n' "$members"; }
         if (may_stop ${strict}) 2>/dev/null; then echo yes; else echo no; fi
       done`,
      members.map((text) => `${text}%`).join(""),
    );
    return stdout
      .trim()
      .split("\n")
      .map((word) => word === "yes");
  };

  it("spares a server exactly when the others are a majority by themselves", () => {
    const all = clusters();
    const decisions = decide(all.map(({ members }) => members));
    assert.equal(decisions.length, all.length);
    all.forEach(({ others }, index) => {
      const healthy = others.filter(Boolean).length;
      const majority = healthy >= Math.floor((others.length + 1) / 2) + 1;
      // One server or two cannot be spared; they are touched when all are well.
      const few = others.length <= 1 && healthy === others.length;
      assert.equal(decisions[index], majority || few, JSON.stringify(others));
    });
  });

  it("begins no upgrade while any server is unhealthy or still learns", () => {
    const all = clusters();
    const decisions = decide(
      all.map(({ members }) => members),
      "strict",
    );
    all.forEach(({ others }, index) => {
      assert.equal(decisions[index], others.every(Boolean), JSON.stringify(others));
    });
    const learning = `${["self", "a", "b"].map((name) => `x ${name} u voter healthy`).join("\n")}\nx c u learner healthy`;
    assert.deepEqual(decide([learning], "strict"), [false]);
    assert.deepEqual(decide([learning]), [true]);
  });

  it("names who is missing and the way back when quorum is lost", () => {
    const { code, stderr } = run(
      `uname() { echo self; }
       known_members() { printf '%s\\n' 'x self u voter healthy' 'x pi-2 u voter unhealthy' 'x pi-3 u voter unhealthy'; }
       may_stop`,
    );
    assert.equal(code, 1);
    assert.match(stderr, /quorum is lost: of 3 servers only 1 answer, not: pi-2 pi-3;/);
    assert.match(stderr, /docs\/runbooks\/restore\.md/);
  });

  it("refuses when nobody can tell the members", () => {
    const { code, stderr } = run("known_members() { :; }\nmay_stop");
    assert.equal(code, 1);
    assert.match(stderr, /etcd on this server does not tell its members/);
  });
});

describe("await_may_stop", () => {
  /** Three servers, of which one is out of touch until it was looked for so many times. */
  const awaited = (looks: number) =>
    run(
      `uname() { echo self; }
       sleep() { echo slept; }
       looks=$(mktemp)
       known_members() {
         echo >>"$looks"
         health=healthy
         [[ $(wc -l <"$looks") -gt ${looks} ]] || health=unhealthy
         printf '%s\\n' 'x self u voter healthy' 'x pi-2 u voter healthy' "x pi-3 u voter $health"
       }
       code=0
       (await_may_stop) || code=$?
       rm "$looks"
       exit "$code"`,
    );

  it("waits for a server that has just restarted, rather than end the run", () => {
    const { code, stdout, stderr } = awaited(3);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.equal(stdout, "slept\n".repeat(3));
  });

  it("refuses what stays ill", () => {
    const { code, stdout, stderr } = awaited(1000);
    assert.equal(code, 1);
    assert.equal(stdout, "slept\n".repeat(10));
    assert.match(stderr, /would lose quorum: of 3 servers only 2 are healthy, not: pi-3;/);
  });
});

describe("refuse_version_jump", () => {
  for (const [installed, wanted, refusal] of [
    ["", "v1.36.4+k3s1", undefined],
    ["v1.36.4+k3s1", "v1.36.4+k3s1", undefined],
    ["v1.36.4+k3s1", "v1.36.4+k3s2", undefined],
    ["v1.36.4+k3s1", "v1.36.10+k3s1", undefined],
    ["v1.36.4+k3s1", "v1.37.0+k3s1", undefined],
    ["v1.37.0-rc1+k3s1", "v1.37.0+k3s1", undefined],
    ["v1.36.4+k3s1", "v1.38.0+k3s1", /skips a minor release: go to the newest v1\.37 first/],
    ["v1.36.4+k3s1", "v1.36.3+k3s1", /is older/],
    ["v1.36.4+k3s2", "v1.36.4+k3s1", /is older/],
    ["v1.37.0+k3s1", "v1.37.0-rc1+k3s1", /is older/],
    ["v1.9.0+k3s1", "v1.10.0+k3s1", undefined],
  ] as const) {
    const verdict = refusal === undefined ? "goes" : "refuses to go";
    it(`${verdict} from ${installed === "" ? "a fresh host" : installed} to ${wanted}`, () => {
      const { code, stderr } = run(`refuse_version_jump '${installed}' '${wanted}'`);
      assert.equal(code, refusal === undefined ? 0 : 1, stderr);
      if (refusal !== undefined) assert.match(stderr, refusal);
    });
  }
});
