import { strict as assert } from "node:assert";
import { type BringUp, clusterUp, container, podmanHost } from "./cluster";
import { slow } from "../support/slow";
import type { Finished } from "../support/finish";
import { asRoot, clusterNames, tryOn } from "./lab";
import { commandOf, eventually, readyNodes, webAnswer } from "./observe";

/**
 * What real k3s leaves on a host and the stand-in does not make: links, chains and rules of
 * kube-proxy, network policies, flannel and its CNI, a container, beside those of Podman's older
 * network, and a volume of local-path.
 */
const plant = `
  ip link add cni0 type bridge
  ip link add flannel.1 type bridge
  # A container whose shim is gone.
  group=/sys/fs/cgroup
  [ ! -d $group/systemd ] || group=$group/systemd
  mkdir -p $group/kubepods.slice/pod-1
  setsid sleep 77777 </dev/null >/dev/null 2>&1 &
  echo $! >$group/kubepods.slice/pod-1/cgroup.procs
  mkdir -p /run/k3s /run/flannel /var/lib/kubelet /var/lib/rancher/k3s/storage/pvc-1
  echo kept >/var/lib/rancher/k3s/storage/pvc-1/data
  iptables -t nat -N KUBE-SERVICES
  iptables -t nat -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
  iptables -t nat -N CNI-11aa
  iptables -t nat -A POSTROUTING -m comment --comment 'name: "cbr0"' -j CNI-11aa
  iptables -t nat -A CNI-11aa -m comment --comment 'name: "cbr0"' -j ACCEPT
  iptables -t nat -N CNI-22bb
  iptables -t nat -A CNI-22bb -m comment --comment 'name: "podman"' -j ACCEPT
  iptables -A INPUT -m comment --comment "KUBE-ROUTER rule to accept traffic" -m mark --mark 0x20000/0x20000 -j ACCEPT
  iptables -N KUBE-FORWARD
  iptables -A FORWARD -j KUBE-FORWARD
  iptables -N FLANNEL-FWD
  iptables -A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
`;

/** All that k3s and Bramble's care for it could have left behind; nothing when the host is clean. */
const traces = `
  for process in /proc/[0-9]*; do
    tr '\\0' ' ' <"$process/cmdline" 2>/dev/null | grep -E '^/usr/local/bin/k3s|^k3s|kubelet|etcd ' || true
  done
  for path in /etc/rancher /run/k3s /run/flannel /var/lib/kubelet /usr/local/bin/k3s \\
    /usr/local/bin/kubectl /usr/local/bin/crictl /usr/local/bin/ctr /etc/bramble/k3s /var/tmp/k3s* /var/tmp/sha256sum-* \\
    /var/lib/bramble/k3s /var/lib/bramble/cluster-id /var/lib/bramble/k3s-applied; do
    [ ! -e "$path" ] || echo "$path"
  done
  find /var/lib/rancher -type f ! -path '*/k3s/storage/*' 2>/dev/null || true
  systemctl list-unit-files --no-legend 'k3s*' || true
  systemctl list-units --all --no-legend 'k3s*' || true
  pgrep -fa '^sleep 77777' || true
  ip -o link | grep -E 'cni0|flannel' || true
  iptables-save | grep -E 'KUBE-|FLANNEL|flanneld|cbr0|CNI-11aa' || true
`;

describe("leaving a cluster", () => {
  let up: BringUp;

  before(async () => {
    up = await clusterUp();
  });

  /** What the engine runs when a resource goes. */
  async function remove(resource: string): Promise<Finished> {
    const { delete: command, host, stdin } = commandOf(up.registrations, resource);
    const finished = await tryOn(host, command, stdin);
    assert.equal(finished.code, 0, finished.stderr);
    return finished;
  }

  slow("refuses to take out a server when the others would lose quorum", async () => {
    await asRoot("bramble-3", "systemctl stop k3s");
    const ready = (count: number) => (names: string[]) => names.length === count;
    const look = () => readyNodes("bramble-1");
    await eventually(look, ready(3));
    const { delete: command, stdin } = commandOf(up.registrations, "bramble-2-membership");
    const { code, stderr } = await tryOn("bramble-1", command, stdin);
    assert.equal(code, 1);
    assert.match(stderr, /removing bramble-2 leaves 1 healthy servers of 2: quorum would be lost/);
    await asRoot("bramble-3", "systemctl start k3s");
    assert.equal((await eventually(look, ready(4))).length, 4);
  });

  it("takes a server out of the cluster, and out of etcd, before k3s goes from its host", async () => {
    const { stdout } = await remove("bramble-3-membership");
    assert.match(stdout, /removed bramble-3 from the cluster/);
    const rest = ["bramble-1*", "bramble-2*", "bramble-4"];
    const nodes = await eventually(
      () => readyNodes("bramble-1"),
      (names) => names.length === 3,
    );
    assert.deepEqual(nodes, rest);
    assert.match((await remove("bramble-3-teardown")).stdout, /k3s is gone from bramble-3/);
    assert.equal(await asRoot("bramble-3", traces), "");
    assert.deepEqual(await readyNodes("bramble-2"), rest);
  });

  it("leaves nothing of k3s on the hosts but kept data, and Podman's service answering", async () => {
    const before = await container();
    await asRoot(podmanHost, plant);
    await asRoot(podmanHost, "k3s etcd-snapshot save --name last >/dev/null");
    for (const name of [...clusterNames].reverse()) await remove(`${name}-teardown`);
    for (const name of clusterNames) assert.equal(await asRoot(name, traces), "", name);

    assert.equal(webAnswer(podmanHost), "hello\n");
    assert.equal(await container(), before);
    const rules = await asRoot(podmanHost, "iptables-save");
    assert.match(rules, /-A CNI-22bb .*podman.* -j ACCEPT/);
    assert.equal(await asRoot(podmanHost, "cat /var/lib/rancher/k3s/storage/pvc-1/data"), "kept\n");
    const kept = await asRoot(podmanHost, "stat -c '%a %n' /var/lib/bramble/kept/snapshots/*");
    assert.match(kept, /^600 .*\/last/m);
    assert.match(kept, /^600 .*\/token$/m);
  });

  it("leaves a host alone that is torn down once more", async () => {
    for (const name of clusterNames) {
      const { stdout } = await remove(`${name}-teardown`);
      assert.match(stdout, /gone/);
    }
    assert.equal(webAnswer(podmanHost), "hello\n");
  });
});
