import { z } from "zod";
import { loadSettings } from "../../../config/load";
import { createEngine } from "../../../lab/engine/engine";
import type { Progress } from "../../../lab/progress";
import { type Registration, runInProcess } from "../../../operations/inprocess/run";
import { environment } from "../../../stacks/environment";
import type { FromProgram, ProgramRequest, ToProgram } from "./messages";

// The whole program with live handlers, run by program() of run.ts inside the lab's network.

function tell(message: FromProgram): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => {
      resolve();
    });
  });
}

const commandInputs = z.looseObject({
  connection: z.looseObject({ dialErrorLimit: z.number() }),
  create: z.string().optional(),
  update: z.string().optional(),
});

/** The registration as this run carries it out: what dials less often, or updates what exists. */
function adapted(registration: Registration, request: ProgramRequest): Registration {
  const parsed = commandInputs.safeParse(registration.inputs);
  if (!parsed.success) return registration;
  const { connection, create, update, ...rest } = parsed.data;
  const exists = request.existing?.includes(registration.name) ?? false;
  const command = exists ? (update ?? create) : create;
  const dialErrorLimit = request.dialAttempts ?? connection.dialErrorLimit;
  return {
    ...registration,
    inputs: {
      ...rest,
      connection: { ...connection, dialErrorLimit },
      ...(command === undefined ? {} : { create: command }),
    },
  };
}

/** Every line of the run goes to the test, which looks for secrets in it. */
const progress: Progress = {
  say: (line) => void tell({ kind: "log", line }),
  begin: (name) => ({
    note: (text) => void tell({ kind: "log", line: `${name}: ${text}` }),
    end: (text) => void (text === undefined ? undefined : tell({ kind: "log", line: text })),
  }),
  elapsed: () => 0,
  close: () => undefined,
};

const waiting = new Map<string, () => void>();

async function run(request: ProgramRequest): Promise<FromProgram> {
  const { folder, hold, config, secretKeys } = request;
  const engine = createEngine({
    ...{ folder, progress, total: 0, hollowNodes: true },
    ...{ charts: {}, chartsSkipped: "this tier installs no charts" },
  });
  const { registrations } = await runInProcess(() => environment(loadSettings()), {
    ...{ stack: "test", config, secretKeys, preview: false },
    make: async (registration) => {
      const { name } = registration;
      const go = hold.includes(name)
        ? new Promise<void>((resolve) => waiting.set(name, resolve))
        : undefined;
      await tell({ kind: "begin", name });
      await go;
      const made = await engine.make(adapted(registration, request));
      await tell({ kind: "end", name });
      return made;
    },
  });
  return { kind: "done", registrations, report: engine.report };
}

process.on("message", (message: ToProgram) => {
  if (message.kind === "go") {
    waiting.get(message.name)?.();
    return;
  }
  void run(message.request)
    .catch((error: unknown): FromProgram => {
      return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
    })
    .then(tell)
    .finally(() => process.exit(0));
});

void tell({ kind: "ready" });
