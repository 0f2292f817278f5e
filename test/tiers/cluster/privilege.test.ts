import assert from "node:assert/strict";
import { shellQuote } from "../../../components/remote/render";
import type { Kubectl } from "../../../operations/cluster/kubectl";
import { applyDeployer, removeDeployer, storedRights } from "../../../operations/access/apply";
import { lackLines, lacks } from "../../../operations/access/check";
import {
  clusterEntry,
  issueToken,
  renderUserKubeconfig,
} from "../../../operations/access/kubeconfig";
import { deployerName, deployerNamespace } from "../../../operations/access/manifests";
import { mergeRights, type Rights, rightsOf } from "../../../operations/access/rights";
import { issuePersonAccess } from "../../../operations/kubeconfig/person";
import { parse } from "yaml";
import type { ProgramResult } from "../support/run";
import { kubectl as atServer, tryKubectl } from "./server";
import { apply } from "./stack";

const deployer = `system:serviceaccount:${deployerNamespace}:${deployerName}`;

/** kubectl on the server as operations call it: the administrator, or whom it impersonates. */
function kubectlAs(user?: string): Kubectl {
  const common = user === undefined ? [] : [`--as=${user}`];
  return (args, input) => {
    const command = [...common, ...args].map(shellQuote).join(" ");
    const object = input === undefined ? undefined : (JSON.parse(input) as object);
    return Promise.resolve().then(() => atServer(command, object));
  };
}

const admin = kubectlAs();

/** The rights that are in the cluster, in the order in which rights are rendered. */
async function stored(): Promise<Rights> {
  return mergeRights({ cluster: [], namespaces: {} }, await storedRights(admin));
}

/** What the API says to a command of the deployer's. */
function answer(command: string, input?: object): string {
  const { code, stdout, stderr } = tryKubectl(`--as=${deployer} ${command}`, input);
  return code === 0 ? "allowed" : `${stdout}${stderr}`;
}

const binding = (kind: string, role: string, namespace?: string) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: `${kind}Binding`,
  metadata: { name: "grab", ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  subjects: [{ kind: "ServiceAccount", name: deployerName, namespace: deployerNamespace }],
});

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "grab" },
  spec: { containers: [{ name: "main", image: "grab" }] },
};

/** Things that the deployer must not be able to do, each with what is handed over. */
const forbidden: readonly (readonly [command: string, input?: object])[] = [
  ["get secrets --namespace kube-system"],
  ["get secrets --all-namespaces"],
  ["get secrets --namespace default"],
  [`get secrets --namespace ${deployerNamespace}`],
  [`create token ${deployerName} --namespace ${deployerNamespace}`],
  ["create --namespace kube-system --filename -", pod],
  ["create --namespace default --filename -", pod],
  ["get configmaps --namespace kube-system"],
  ["get nodes"],
  ["auth can-i impersonate groups"],
  ["delete namespace kube-system"],
  ["create namespace grab"],
  ["get certificatesigningrequests"],
  ["delete clusterrole cluster-admin"],
  [`patch clusterrole ${deployerName} --patch {}`],
  [`patch role ${deployerName} --namespace kube-system --patch {}`],
  ["delete customresourcedefinition grabs.example.org"],
  ["create --filename -", binding("ClusterRole", "cluster-admin")],
  ["create --filename -", binding("Role", "cluster-admin", "kube-system")],
  ["create --filename -", binding("Role", "cluster-admin", "default")],
];

const people = [{ role: "view" }, { role: "edit", namespaces: ["media"] }];

const cluster = (more: object) => ({
  "bramble:cluster": JSON.stringify({ name: "production", source: "existing", people, ...more }),
});

/** The production stack with roles for people, as the administrator applies it; once. */
let applied: Promise<ProgramResult> | undefined;
function asAdministrator(): Promise<ProgramResult> {
  return (applied ??= apply({}, cluster({})));
}

describe("the deployer, on a real API server", () => {
  let first: ProgramResult;

  before(async () => {
    first = await asAdministrator();
    const rights = rightsOf(first.registrations);
    const { namespaces } = await applyDeployer(admin, { rights, namespaces: [] });
    assert.deepEqual(namespaces, []);
  });
  after(() => removeDeployer(admin));

  it("lacks nothing of what the program and its charts need, as the API sees it", async () => {
    const rights = rightsOf(first.registrations);
    assert.deepEqual(lackLines(await lacks(kubectlAs(deployer), rights)), []);
    // Applied and read back, they are the same: running it again would change nothing.
    assert.deepEqual(await stored(), rights);
  });

  it("applies the whole program by a token of its own", async () => {
    const { token, until } = await issueToken(admin, 1);
    assert.ok(Math.abs(until.getTime() - Date.now() - 3_600_000) < 60_000);
    const entry = { ...(await clusterEntry(admin)), server: "https://10.77.0.11:6443" };
    const user = { token };
    const kubeconfig = renderUserKubeconfig({
      ...{ clusterName: "production", cluster: entry, name: "deployer", user },
    });
    const { report, log } = await apply(
      { apps: { radarr: { secretGeneration: 3 } } },
      {
        ...cluster({ access: "deployer" }),
        // Nobody could do anything with that one.
        "bramble:kubeconfig": "{}",
        "bramble:deployerKubeconfig": kubeconfig,
      },
    );
    assert.ok(report.counts.changed > 0, log.join("\n"));
    assert.ok(report.counts.unchanged > 100, log.join("\n"));
  });

  it("is told what it lacks for something new, by itself and before anything is touched", async () => {
    const rights = rightsOf(first.registrations);
    const more = {
      cluster: [...rights.cluster, { resource: "nodes", verbs: ["get"] }],
      namespaces: {
        ...rights.namespaces,
        media: [{ resource: "cronjobs.batch", verbs: ["create", "get"] }],
        "not-there": [{ resource: "pods", verbs: ["list"] }],
      },
    };
    assert.deepEqual(lackLines(await lacks(kubectlAs(deployer), more)), [
      "in the whole cluster: get nodes",
      "in namespace not-there: list pods",
    ]);
    const request = { rights: more, namespaces: [] };
    await assert.rejects(applyDeployer(admin, request), /namespace not-there is not there/);
  });

  for (const [command, input] of forbidden) {
    const what = input === undefined ? "" : ` (${JSON.stringify(input).slice(0, 160)})`;
    it(`may not ${command}${what}`, () => {
      assert.match(answer(command, input), /forbidden|^no$/im);
    });
  }

  it("may write roles beyond its own rights, but bind none that the program does not", () => {
    // What docs/decisions/0016-deployer.md says of the limits: if this fails, they have changed.
    const role = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
    };
    for (const labels of [{}, { "rbac.authorization.k8s.io/aggregate-to-view": "true" }]) {
      const object = { ...role, metadata: { name: "grab", labels } };
      assert.equal(answer("create --dry-run=server --filename -", object), "allowed");
    }
    // Those that the program makes and binds, it may widen.
    const wider = { ...role, metadata: { name: "traefik-definitions" } };
    const apply = "apply --server-side --force-conflicts --dry-run=server --filename -";
    assert.equal(answer(apply, wider), "allowed");
    const edit = binding("ClusterRole", "edit");
    assert.match(answer("create --dry-run=server --filename -", edit), /forbidden/);
  });

  it("has its rights back as they were when what was more is pruned", async () => {
    const rights = rightsOf(first.registrations);
    const more = {
      cluster: [...rights.cluster, { resource: "nodes", verbs: ["get"] }],
      namespaces: {
        ...rights.namespaces,
        default: [{ resource: "pods", verbs: ["get"] }],
      },
    };
    await applyDeployer(admin, { rights: more, namespaces: [] });
    const kept = await applyDeployer(admin, { rights, namespaces: [] });
    assert.ok("default" in kept.rights.namespaces, "old rights stay, to delete with");
    const { pruned } = await applyDeployer(admin, { rights, namespaces: [], prune: true });
    assert.deepEqual(pruned, ["default"]);
    assert.deepEqual(await stored(), rights);
  });
});

describe("a person's certificate, on a real API server", () => {
  before(asAdministrator);

  async function login(role: string, namespace?: string): Promise<(command: string) => string> {
    const request = { name: "guest", role, namespace, hours: 1 };
    const { kubeconfig, until, user } = await issuePersonAccess(admin, "production", request);
    assert.equal(user, "bramble:guest");
    assert.ok(Math.abs(until.getTime() - Date.now() - 3_600_000) < 600_000, until.toISOString());
    const file = parse(kubeconfig) as object;
    return (command) => {
      const { code, stdout, stderr } = tryKubectl(`--kubeconfig /dev/stdin ${command}`, file);
      return code === 0 ? "allowed" : `${stdout}${stderr}`;
    };
  }

  it("for view looks everywhere, and never at a Secret", async () => {
    const may = await login("view");
    assert.equal(may("get pods --namespace media"), "allowed");
    assert.equal(may("get deployments --namespace monitoring"), "allowed");
    for (const command of [
      "get secrets --namespace media",
      "get nodes",
      "delete pods --all --namespace media",
      "create token default --namespace media",
    ]) {
      assert.match(may(command), /forbidden/i, command);
    }
    assert.equal(atServer("get csr --output name"), "", "requests are not left lying about");
  });

  it("for one namespace ends at its border", async () => {
    const may = await login("edit", "media");
    assert.equal(may("get pods"), "allowed", "that namespace is the default");
    assert.equal(may("delete pods --selector app=nothing"), "allowed");
    assert.match(may("get pods --namespace monitoring"), /forbidden/i);
  });
});
