import { readFileSync, realpathSync } from "node:fs";
import { relative, resolve } from "node:path";
import {
  type Environment,
  givenPassphraseMistake,
  passphraseMistake,
  passphraseWeakness,
} from "../../../config/passphraseRules";
import { isServiceKey, keyServices, serviceKeyIdentity } from "../keys/providers";
import type { StackKey } from "../keys/stackKey";

/** Something about a key that is not as it must be. */
export interface KeyFinding {
  /** The stack's file, the state or the environment. */
  readonly where: string;
  /** What is wrong. */
  readonly what: string;
  readonly mend: string;
}

/** Whether a passphrase is that of a salt. */
export type Opens = (passphrase: string, salt: string) => Promise<boolean>;

const rekey = (stack: string): string => `npm run secrets -- ${stack} rekey`;
const fileOf = (stack: string): string => `Pulumi.${stack}.yaml`;

/** What a stack's file says of its own key. */
export function fileFindings(stack: string, key: StackKey): KeyFinding[] {
  const { provider, salt, encryptedKey, encrypted } = key;
  const found = (what: string, mend: string): KeyFinding[] => [
    { where: fileOf(stack), what, mend },
  ];
  if (provider === undefined) {
    return encrypted === 0
      ? []
      : found(
          `${String(encrypted)} encrypted values and no key: no encryptionsalt, no secretsprovider`,
          "take these lines back from Git's history; are the values kept by Pulumi's own service, move them: " +
            `${rekey(stack)} --provider passphrase`,
        );
  }
  if (provider === "passphrase") {
    return salt === undefined
      ? found("no encryptionsalt beside its passphrase", "take the line back from Git's history")
      : [];
  }
  if (provider === "default") return [];
  if (!isServiceKey(provider)) {
    return found(
      `secretsprovider is none of passphrase, ${keyServices.join(", ")}`,
      `${rekey(stack)} --provider <one of these>`,
    );
  }
  return encryptedKey === undefined && encrypted > 0
    ? found("no encryptedkey beside its secretsprovider", "take the line back from Git's history")
    : [];
}

/** Each environment has a key of its own: pairs that share one, as far as their files tell. */
export function sharedFindings(stack: string, keys: ReadonlyMap<string, StackKey>): KeyFinding[] {
  const own = keys.get(stack);
  if (own === undefined) return [];
  return [...keys].flatMap(([other, key]) => {
    if (other === stack) return [];
    const sameService =
      own.provider !== undefined &&
      key.provider !== undefined &&
      isServiceKey(own.provider) &&
      serviceKeyIdentity(own.provider) === serviceKeyIdentity(key.provider);
    const sameSalt = own.salt !== undefined && own.salt === key.salt;
    if (!sameService && !sameSalt) return [];
    const what = sameService ? `the service's key of stack ${other}` : `the salt of stack ${other}`;
    return [{ where: fileOf(stack), what: `has ${what}`, mend: rekey(stack) }];
  });
}

/** Passphrases that open what they must not: an empty one, or this one another stack. */
export async function passphraseFindings(
  stack: string,
  passphrase: string | undefined,
  keys: ReadonlyMap<string, StackKey>,
  opens: Opens,
): Promise<KeyFinding[]> {
  const findings: KeyFinding[] = [];
  for (const [name, { salt }] of keys) {
    if (salt === undefined) continue;
    const where = fileOf(name);
    if (await opens("", salt)) {
      const what = "its passphrase is empty: every secret is in clear, in effect";
      findings.push({ where, what, mend: rekey(name) });
    }
    if (passphrase === undefined || passphrase === "") continue;
    const does = await opens(passphrase, salt);
    if (name === stack && !does) {
      const mend = "give this stack's passphrase";
      findings.push({ where, what: "the passphrase at hand does not open it", mend });
    }
    if (name !== stack && does) {
      const what = `the passphrase of stack ${stack} opens it too`;
      findings.push({ where, what, mend: rekey(name) });
    }
  }
  const weak =
    passphrase === undefined
      ? undefined
      : (passphraseMistake(passphrase) ?? passphraseWeakness(passphrase));
  if (weak !== undefined && passphrase !== "") {
    findings.push({ where: "the passphrase at hand", what: weak, mend: rekey(stack) });
  }
  return findings;
}

/** How the passphrase is given. @param directory the project's folder, which goes to Git. */
export function environmentFindings(environment: Environment, directory: string): KeyFinding[] {
  const where = "the environment";
  const mistake = givenPassphraseMistake(environment);
  if (mistake !== undefined) return [{ where, ...mistake }];
  const file = environment["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
  if (file === "" || environment["PULUMI_CONFIG_PASSPHRASE"] !== undefined) return [];
  const inside = relative(realpathSync(directory), realpathSync(resolve(directory, file)));
  return inside.startsWith("..")
    ? []
    : [
        {
          where,
          what: `${file} lies in the project's folder`,
          mend: "move it to ~/.config/bramble",
        },
      ];
}

/** The passphrase at hand, without asking; `undefined` when there is none. */
export function passphraseAtHand(environment: Environment): string | undefined {
  const direct = environment["PULUMI_CONFIG_PASSPHRASE"];
  if (direct !== undefined) return direct;
  const file = environment["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
  try {
    return file === "" ? undefined : readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}
