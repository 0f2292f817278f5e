import { hashSync } from "bcryptjs";
import { randomInt, randomUUID } from "node:crypto";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Registration } from "../../operations/inprocess/run";
import type { Outcome } from "./outcome";

interface Kept {
  readonly inputs: unknown;
  readonly id: string;
  readonly outputs: Readonly<Record<string, string>>;
}

type Generated = Omit<Kept, "inputs">;

const given = z.boolean().default(true);
const passwordInputs = z.object({
  ...{ length: z.number(), lower: given, upper: given, numeric: given, special: given },
  overrideSpecial: z.string().default("!@#$%&*()-_=+[]{}<>:?"),
});

function password(inputs: Registration["inputs"]): Generated {
  const { length, lower, upper, numeric, special, overrideSpecial } = passwordInputs.parse(inputs);
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const alphabet = [
    ...[lower ? letters : "", upper ? letters.toUpperCase() : ""],
    ...[numeric ? "0123456789" : "", special ? overrideSpecial : ""],
  ].join("");
  const result = Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
  return { id: "none", outputs: { result, bcryptHash: hashSync(result, 10) } };
}

function uuid(): Generated {
  const result = randomUUID();
  return { id: result, outputs: { result } };
}

/** A version 7 UUID: the moment in milliseconds comes first. */
function uuid7(): Generated {
  const moment = Date.now().toString(16).padStart(12, "0");
  const result = `${moment.slice(0, 8)}-${moment.slice(8)}-7${randomUUID().slice(15)}`;
  return { id: result, outputs: { result } };
}

/** A pair of SSH keys, by the tool that every lab has. */
function keyPair(): Generated {
  const folder = mkdtempSync(join(tmpdir(), "bramble-"));
  try {
    const file = join(folder, "key");
    const { status, stderr } = spawnSync(
      "ssh-keygen",
      ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`ssh-keygen: ${stderr}`);
    const [privateKeyOpenssh, publicKeyOpenssh] = [file, `${file}.pub`].map((path) =>
      readFileSync(path, "utf8"),
    );
    return {
      id: "none",
      outputs: {
        privateKeyOpenssh: privateKeyOpenssh ?? "",
        publicKeyOpenssh: publicKeyOpenssh ?? "",
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The resources of `random` and `tls` that the program uses, with the inputs it gives them. */
const generators: Readonly<Record<string, (inputs: Registration["inputs"]) => Generated>> = {
  "random:index/randomPassword:RandomPassword": password,
  "random:index/randomUuid:RandomUuid": uuid,
  "random:index/randomUuid7:RandomUuid7": uuid7,
  "tls:index/privateKey:PrivateKey": keyPair,
};

/** Where the values drawn for a lab are kept. */
export function randomFile(folder: string): string {
  return join(folder, "random.json");
}

/** Values that were drawn once and stay until their inputs change, in a file that only we can read. */
export function createRandom(file: string): (registration: Registration) => Outcome {
  const kept = new Map<string, Kept>(
    existsSync(file)
      ? Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, Kept>)
      : [],
  );
  return ({ urn, type, inputs }) => {
    const known = kept.get(urn);
    if (known !== undefined && isDeepStrictEqual(known.inputs, inputs)) {
      return { id: known.id, outputs: known.outputs, change: "unchanged" };
    }
    const generate = generators[type];
    if (generate === undefined) throw new Error(`the lab's engine cannot make a ${type}`);
    const generated = generate(inputs);
    kept.set(urn, { inputs, ...generated });
    // Before anyone uses the value: a run that is killed now must find it again.
    writeFileSync(`${file}.part`, JSON.stringify(Object.fromEntries(kept)), { mode: 0o600 });
    renameSync(`${file}.part`, file);
    return { ...generated, change: known === undefined ? "created" : "changed" };
  };
}
