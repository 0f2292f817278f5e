import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { hardeningFiles } from "../../../../components/k3s/hardening";
import { renderK3sConfig } from "../../../../components/k3s/k3sConfig";
import type { Config } from "../../../../config/schema";
import { cisRows, judge, renderCis } from "../../../../operations/doctor/cis/cis";
import {
  type CisFacts,
  nothingKnown,
  parseArguments,
  parseCisFacts,
} from "../../../../operations/doctor/cis/cisFacts";
import { configOf } from "../facts";

const data = "/var/lib/rancher/k3s";

/** What cis-facts.sh prints on a node that Bramble has made, but for changed lines. */
function facts(config: Config, name: string, more: readonly string[] = []): CisFacts {
  const host = config.hosts.find((row) => row.name === name);
  assert.ok(host);
  const { k3s } = config;
  const settings = { ...k3s, ...host };
  const files = hardeningFiles(settings);
  const sha = (text: string) => createHash("sha256").update(text).digest("hex");
  const server = [
    `file|700|root:root|directory|${data}/server/db/etcd`,
    `file|700|root:root|directory|${data}/server/tls`,
    `file|644|root:root|regular file|${data}/server/tls/client-admin.crt`,
    `file|600|root:root|regular file|${data}/server/tls/client-admin.key`,
    ...["admin", "scheduler", "controller"].map(
      (who) => `file|600|root:root|regular file|${data}/server/cred/${who}.kubeconfig`,
    ),
    `file|600|root:root|regular file|${data}/server/cred/encryption-config.json`,
    `file|700|root:root|directory|${data}/server/logs`,
    `file|600|root:root|regular file|${data}/server/logs/audit.log`,
    "file|600|root:root|regular file|/etc/rancher/k3s/k3s.yaml",
    "file|600|root:root|regular file|/etc/rancher/k3s/server-token",
    ...Object.entries(files).map(([file, text]) => `digest|${file}|${sha(text)}`),
    ...["digest|tls/server-ca.crt|a", "digest|tls/etcd/server-ca.crt|b"],
    ...["encryption|Enabled", "providers|aescbc identity", "auditlog|12345"],
    "answer|apiserver|401",
  ];
  const lines = [
    `unit|${host.role === "server" ? "k3s" : "k3s-agent"}|1`,
    ...renderK3sConfig(settings)
      .split("\n")
      .map((line) => `config|${line}`),
    ...(host.role === "server" ? server : []),
    "file|600|root:root|regular file|/etc/rancher/k3s/config.yaml",
    "file|600|root:root|regular file|/etc/rancher/node/password",
    `file|600|root:root|regular file|${data}/agent/kubelet.kubeconfig`,
    `file|600|root:root|regular file|${data}/agent/client-kubelet.key`,
    ...["sysctl|vm.overcommit_memory|1", "sysctl|vm.panic_on_oom|0", "sysctl|kernel.panic|10"],
    ...["sysctl|kernel.panic_on_oops|1", "sysctl|kernel.keys.root_maxkeys|1000000"],
    "sysctl|kernel.keys.root_maxbytes|25000000",
    ...["answer|kubelet|401", "answer|kubelet-read-only|000"],
    ...["answer|etcd|000", "answer|etcd-peer|000", "chains|12"],
    ...more,
    "end",
  ];
  const found = parseCisFacts(host, lines.map((line) => line.replaceAll("|", "\t")).join("\n"));
  assert.ok(found);
  return found;
}

function failed(one: CisFacts, config: Config): string[] {
  return judge(one, config)
    .checks.filter(({ result }) => result === "fail")
    .map(({ id, found }) => `${id} ${found}`);
}

describe("the CIS checks", () => {
  const config = configOf();

  it("pass on nodes as Bramble makes them", () => {
    assert.deepEqual(failed(facts(config, "pi-1"), config), []);
    assert.deepEqual(failed(facts(config, "pi-4"), config), []);
  });

  it("are at least forty on a server, and leave the control plane out on an agent", () => {
    const server = judge(facts(config, "pi-1"), config).checks;
    const agent = judge(facts(config, "pi-4"), config).checks;
    assert.ok(server.filter(({ result }) => result !== "manual").length >= 40);
    assert.ok(!agent.some(({ id }) => id.startsWith("1.2")));
    assert.ok(agent.some(({ id }) => id === "4.2.1"));
    for (const { mend, text } of cisRows) assert.ok(mend !== "" && text !== "");
  });

  it("believe k3s's own log before the configuration", () => {
    const log =
      'arguments|kube-apiserver|--anonymous-auth=true --authorization-mode=AlwaysAllow --profiling=true --tls-sni="a b"';
    const found = failed(facts(config, "pi-1", [log]), config);
    assert.ok(found.includes("1.2.1 anonymous-auth is true (k3s's log)"), found.join("\n"));
    assert.ok(found.includes("1.2.6 authorization-mode is AlwaysAllow (k3s's log)"));
    assert.ok(found.includes("1.2.16 audit-log-path is not set (k3s's log)"));
  });

  it("read kubelet's configuration file where it has no argument", () => {
    const more = [
      "arguments|kubelet|--read-only-port=0",
      "kubelet|authentication:",
      "kubelet|  anonymous:",
      "kubelet|    enabled: true",
    ];
    const found = failed(facts(config, "pi-4", more), config);
    assert.ok(found.includes("4.2.1 anonymous-auth is true (kubelet's configuration)"));
  });

  it("name the file that others may read", () => {
    const more = [
      `file|640|root:root|regular file|${data}/server/tls/client-ca.key`,
      "file|600|pi:pi|regular file|/etc/rancher/k3s/agent-token",
      "file|644|root:root|regular file|/etc/rancher/k3s/config.yaml",
    ];
    assert.deepEqual(failed(facts(config, "pi-1", more), config), [
      `1.1.21 ${data}/server/tls/client-ca.key is 640 root:root`,
      "K.2 /etc/rancher/k3s/agent-token is 600 pi:pi",
      "K.3 /etc/rancher/k3s/config.yaml is 644 root:root",
    ]);
  });

  it("see Secrets that are written in clear, open doors and changed settings", () => {
    const changed = facts(config, "pi-1");
    const found = failed(
      {
        ...changed,
        ...{ encryption: "", providers: ["identity", "aescbc"] },
        answers: { ...changed.answers, apiserver: "200", etcd: "200", "kubelet-read-only": "200" },
        listening: ["*:10257", "127.0.0.1:10259"],
        sysctls: { ...changed.sysctls, "kernel.panic": "0" },
        digests: { ...changed.digests, "admission.yaml": "other" },
      },
      config,
    );
    assert.deepEqual(found, [
      "1.2.1 status 200 without credentials",
      "1.2.27 writes in clear, providers identity, aescbc",
      "1.2.28 identity",
      "1.3.7 *:10257 is open to others",
      "2.2 status 200 without a certificate",
      "5.2.1 /etc/rancher/k3s/admission.yaml is another than Bramble's",
      "4.2.4 status 200 on 10255",
      "H.1 kernel.panic=0",
    ]);
  });

  it("fail by one line where a host cannot be looked at", () => {
    const [host] = config.hosts;
    assert.ok(host);
    const report = judge(nothingKnown(host, "pi-1: does not answer SSH"), config);
    assert.deepEqual(
      report.checks.map(({ result, found }) => [result, found]),
      [["fail", "does not answer SSH"]],
    );
    assert.match(renderCis("home", [report]), /npm run doctor -- home/);
  });

  it("read arguments as k3s logs them", () => {
    assert.deepEqual(parseArguments('--a=1 --b --c=x,y --d=\\"e f\\" --g="h i"'), {
      ...{ a: "1", b: "true", c: "x,y", d: "e f", g: "h i" },
    });
  });
});
