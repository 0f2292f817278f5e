import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { connectionOf, type HostTarget } from "./connection";
import { renderCall, renderCallIfInstalled, renderInstall } from "./render";
import { scriptBundle, type ScriptName, scriptRevision } from "./scripts";

/** One run of a script. */
export interface ScriptRun {
  readonly script: ScriptName;
  /** Arguments, never secret: they show in the host's process list. */
  readonly args: readonly string[];
  /** Seconds before the run is ended; the provider cannot cancel it. Default: 300. */
  readonly timeoutSeconds?: number;
}

/** Arguments of {@link remoteScript}. */
export interface RemoteScriptArgs {
  readonly host: HostTarget;
  /** Runs on creation, and on any change unless `update` is given. Converges: safe to repeat. */
  readonly create: ScriptRun;
  /** Runs instead of `create` when an input changed. */
  readonly update?: ScriptRun;
  /** Undoes on removal. Succeeds where the script is gone: a wiped host has nothing to undo. */
  readonly delete?: ScriptRun;
  /** Standard input: the only way a secret travels. */
  readonly stdin?: pulumi.Input<string>;
  /** Set when `stdin` or what the script prints is secret: nothing is logged or kept plain. */
  readonly secret?: boolean;
  /** What the result depends on besides its arguments, such as a digest of the files it reads. */
  readonly revision?: string;
  /**
   * Set to keep the inputs the same when the script's text changes. For results that everything
   * hangs on: an unknown kubeconfig makes a preview list the whole cluster as changed.
   */
  readonly constant?: boolean;
  /** Dial attempts; see `patience`. Default: `patience.firstContact`. */
  readonly dialErrorLimit?: number;
}

/** What every remote command has in common: where it runs, what it logs, and no old output. */
function common(host: HostTarget, secret: boolean, dialErrorLimit?: number) {
  return {
    connection: connectionOf(host, dialErrorLimit),
    logging: secret ? remote.Logging.None : remote.Logging.StdoutAndStderr,
    addPreviousOutputInEnv: false,
  };
}

/**
 * Runs one idempotent script on one host: with `installScripts` the only way Bramble runs anything
 * there.
 *
 * There are no triggers: a trigger replaces the resource, and a replacement that carries a
 * `delete` would tear down what it has just set up.
 *
 * @see https://www.pulumi.com/registry/packages/command/api-docs/remote/command/
 */
export function remoteScript(
  name: string,
  args: RemoteScriptArgs,
  opts: pulumi.CustomResourceOptions,
): remote.Command {
  const { host, secret = false } = args;
  const reasons = (run: ScriptRun) => [
    ...(args.constant === true ? [] : [scriptRevision(run.script)]),
    ...(host.generation > 1 ? [`generation-${String(host.generation)}`] : []),
    ...(args.revision === undefined ? [] : [args.revision]),
  ];
  const call = (run: ScriptRun) => ({
    script: run.script,
    args: run.args,
    timeoutSeconds: run.timeoutSeconds ?? 300,
    user: host.user,
  });
  return new remote.Command(
    name,
    {
      ...common(host, secret, args.dialErrorLimit),
      create: renderCall(call(args.create), reasons(args.create)),
      ...(args.update === undefined
        ? {}
        : { update: renderCall(call(args.update), reasons(args.update)) }),
      ...(args.delete === undefined ? {} : { delete: renderCallIfInstalled(call(args.delete)) }),
      ...(args.stdin === undefined
        ? {}
        : { stdin: secret ? pulumi.secret(args.stdin) : args.stdin }),
    },
    { ...opts, ...(secret ? { additionalSecretOutputs: ["stdout", "stderr"] } : {}) },
  );
}

/** Installs every script on a host. All other commands of the host come after it. */
export function installScripts(
  name: string,
  host: HostTarget,
  opts: pulumi.CustomResourceOptions,
): remote.Command {
  const install = renderInstall(host.user, host.name);
  return new remote.Command(
    name,
    {
      ...common(host, false),
      create: host.generation > 1 ? `${install}\n# generation-${String(host.generation)}` : install,
      stdin: scriptBundle(),
    },
    opts,
  );
}
