import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostConfig } from "../../config/schema";
import type { Registration } from "../inprocess/run";
import { stackRegistrations } from "../plan/plan";
import { withPrivateFolder } from "../privateFolder";
import { recordRun } from "../records/run";
import { failureOf, presentHosts, runOnHosts } from "../connection/session";
import { readStackConfig } from "../stackFile";
import { renderTable } from "../table";
import { isGenerated, knownValues, marked, secretPlaces, secretsToRead } from "./generated";
import { agreedFacts, type ObservedHost, parseObserved, refusals } from "./observed";
import { beforeReleases, existingReleases, importFile } from "./releases";
import { adoptedState } from "./state";

/** Runs the CLI in the project's folder and returns what it printed. */
export type Cli = (
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
) => Promise<string>;

/** What `adopt` is told. */
export interface AdoptOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** Private key file; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string;
  readonly print: (text: string) => void;
  readonly cli: Cli;
  /** As `cli`, for long runs whose progress the operator wants to see. Default: `cli`. */
  readonly watch?: (
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ) => Promise<unknown>;
  /** Folder of records. Default: the project's. */
  readonly records?: string;
  /** Asks the hosts. Default: over SSH. */
  readonly look?: (secrets: readonly string[]) => Promise<ObservedHost[]>;
}

/** Makes the Kubernetes provider take over objects that exist, where it would refuse to create. */
const takeOver = { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" } as const;

const script = "host-adopt.sh";

async function ask(options: AdoptOptions, secrets: readonly string[]): Promise<ObservedHost[]> {
  const { stack, directory, identity } = options;
  const config = readStackConfig(stack, directory);
  const [firstServer] = presentHosts(config).filter(({ role }) => role === "server");
  const argsOf = (host: HostConfig) => [
    ...["--role", host.role],
    ...(host === firstServer ? ["--secrets", secrets.join(" ")] : []),
  ];
  const answers = await runOnHosts(
    {
      ...{ stack, config, scripts: { [script]: readFileSync(join(__dirname, script), "utf8") } },
      identity,
    },
    presentHosts(config).map((host) => ({ host, script, args: argsOf(host), timeoutSeconds: 120 })),
  );
  const silent = answers.flatMap((answer) => {
    if (answer.unreachable !== undefined) return [answer.unreachable];
    return answer.code === 0 ? [] : [failureOf({ ...answer, stdout: "" })];
  });
  if (silent.length > 0) {
    throw new Error(
      ["nothing was adopted: every present host has to answer", ...silent].join("\n"),
    );
  }
  return answers.map(({ host, stdout }) => parseObserved(host.name, host.role, stdout));
}

function table(hosts: readonly ObservedHost[]): string {
  return renderTable([
    ["HOST", "ROLE", "K3S", "CLUSTER"],
    ...hosts.map(({ name, role, running, clusterId }) => [
      ...[name, role, running ? "running" : "stopped", clusterId ?? "none"],
    ]),
  ]);
}

/** What is known of a cluster and of what the program wants there. */
interface Look {
  readonly hosts: readonly ObservedHost[];
  readonly registrations: readonly Registration[];
  readonly values: ReadonlyMap<string, string>;
  readonly releases: readonly string[];
}

async function lookAround(options: AdoptOptions): Promise<Look> {
  const { stack, directory, look = (secrets) => ask(options, secrets) } = options;
  const registrations = await stackRegistrations(stack, directory, marked);
  const places = secretPlaces(registrations);
  const hosts = await look(secretsToRead(places));
  options.print(table(hosts));
  if (refusals(hosts).length > 0)
    throw new Error(["nothing was adopted", ...refusals(hosts)].join("\n"));
  const secrets = new Map(hosts.flatMap((host) => [...host.secrets]));
  const values = knownValues(registrations, places, agreedFacts(hosts), secrets);
  return { hosts, registrations, values, releases: hosts.flatMap(({ releases }) => releases) };
}

function listed(registrations: readonly Registration[], known: ReadonlyMap<string, string>) {
  const names = registrations.filter(isGenerated).map(({ name }) => name);
  const row = (title: string, found: readonly string[]) =>
    `${title}: ${found.length === 0 ? "nothing" : found.join(", ")}\n`;
  return (
    row(
      "taken over",
      names.filter((name) => known.has(name)),
    ) +
    row(
      "made anew",
      names.filter((name) => !known.has(name)),
    )
  );
}

/** Hands a file to the CLI that only this user can read. */
function withSecretFile<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  return withPrivateFolder((folder) => {
    const path = join(folder, "state.json");
    writeFileSync(path, text, { mode: 0o600 });
    return use(path);
  });
}

/** Looks only: says what would be taken over. */
export async function checkAdoption(options: AdoptOptions): Promise<number> {
  const { registrations, values } = await lookAround(options);
  options.print(listed(registrations, values));
  return 0;
}

/** The version of the provider of random values that the program asks for. */
function randomVersion(): string {
  const path = require.resolve("@pulumi/random/package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/**
 * Puts the cluster's identity, its tokens and what else was generated into the empty state of a
 * stack, so that the next `up` converges the running hosts and begins no second cluster.
 *
 * @throws Error when the state is not empty or the hosts do not agree; nothing was changed then.
 */
export async function adoptState(options: AdoptOptions): Promise<number> {
  const { stack, cli, print, records } = options;
  const { hosts, registrations, values } = await lookAround(options);
  const exported = await cli(["stack", "export", "--stack", stack]);
  const text = adoptedState({
    ...{ stack, exported, registrations, values, randomVersion: randomVersion() },
  });
  const nodes = hosts.map(({ name }) => name);
  const folder = records === undefined ? {} : { folder: records };
  await recordRun({ stack, kind: "adopt", nodes, ...folder }, (recorder) =>
    recorder.phase("state", () =>
      withSecretFile(text, (file) => cli(["stack", "import", "--file", file, "--stack", stack])),
    ),
  );
  print(listed(registrations, values));
  print(`next: npm run adopt -- ${stack} finish\n`);
  return 0;
}

/**
 * Converges the adopted hosts and takes over what is in the cluster, objects and releases.
 *
 * @throws Error when a k3s was restarted on the way, or the engine failed: run it again.
 */
export async function finishAdoption(options: AdoptOptions): Promise<number> {
  const { stack, cli, watch = cli, print, records } = options;
  const { hosts, registrations, releases } = await lookAround(options);
  // Without the cluster's own identity in the state the engine would draw new tokens for it.
  const { clusterId } = agreedFacts(hosts);
  const state = await cli(["stack", "export", "--stack", stack]);
  if (!state.includes(clusterId)) {
    throw new Error(
      `stack ${stack} does not know cluster ${clusterId}: run npm run adopt -- ${stack} first`,
    );
  }
  const wanted = existingReleases(registrations, releases);
  const common = ["--stack", stack, "--yes", "--skip-preview"];
  const nodes = hosts.map(({ name }) => name);
  const folder = records === undefined ? {} : { folder: records };
  return recordRun({ stack, kind: "adopt", nodes, ...folder }, async (recorder) => {
    const missing = wanted.filter(({ registration }) => !state.includes(registration.urn));
    if (missing.length > 0) {
      await recorder.phase("hosts and objects", async () => {
        const targets = beforeReleases(registrations, wanted).flatMap((urn) => ["--target", urn]);
        await watch(["up", ...common, ...targets], takeOver);
      });
      await recorder.phase("releases", () =>
        withSecretFile(importFile(missing), (file) =>
          watch(["import", "--file", file, ...common, "--generate-code=false", "--protect=false"]),
        ),
      );
    }
    await recorder.phase("everything", () => watch(["up", ...common], takeOver));
    // The provider keeps in its state how it was run: without this the next preview shows a change.
    await recorder.phase("settle", () => watch(["up", ...common]));
    const after = await recorder.phase("look again", () =>
      (options.look ?? ((secrets) => ask(options, secrets)))([]),
    );
    const restarted = hosts.filter(
      ({ name, since }) => after.find((host) => host.name === name)?.since !== since,
    );
    recorder.measure("restarted", restarted.map(({ name }) => name).join(" "));
    if (restarted.length > 0) {
      throw new Error(
        `adopted, but k3s was restarted on ${restarted.map(({ name }) => name).join(", ")}: the configuration differs from what ran there`,
      );
    }
    print(`adopted; no k3s was restarted on ${nodes.join(", ")}\n`);
    return 0;
  });
}
