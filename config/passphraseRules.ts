import { readFileSync, statSync } from "node:fs";

/** Variables of a command, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Characters a passphrase has at least. */
export const leastPassphrase = 8;

/** Below this it can be tried out by who has the repository: salt and encrypted values are in it. */
const goodPassphrase = 16;

/** Different characters a passphrase has at least. */
const leastVariety = 5;

/** What is wrong with a new passphrase, without a word of it; `undefined` when nothing is. */
export function passphraseMistake(passphrase: string): string | undefined {
  if (passphrase === "") return "is empty: every secret would be in clear, in effect";
  if (passphrase !== passphrase.trim()) return "begins or ends with a space, which Pulumi cuts off";
  if (/\p{Cc}/u.test(passphrase)) return "holds a line end or another control character";
  if (passphrase.length < leastPassphrase) {
    return `is shorter than ${String(leastPassphrase)} characters: use what \`openssl rand -base64 24\` prints, or six random words`;
  }
  if (new Set(passphrase).size < leastVariety) {
    return `has fewer than ${String(leastVariety)} different characters: use what \`openssl rand -base64 24\` prints`;
  }
  return undefined;
}

/** What a passphrase may be, but had better not; `undefined` when it is a good one. */
export function passphraseWeakness(passphrase: string): string | undefined {
  return passphrase.length < goodPassphrase
    ? `is shorter than ${String(goodPassphrase)} characters, and who has the repository may try it out: use what \`openssl rand -base64 24\` prints, or six random words`
    : undefined;
}

/** What is wrong with how a passphrase is given. */
export interface PassphraseMistake {
  readonly what: string;
  readonly mend: string;
}

const emptied =
  "a stack that was encrypted so gets a passphrase by npm run secrets -- <stack> rekey";

function fileMistake(file: string): PassphraseMistake | undefined {
  const name = `PULUMI_CONFIG_PASSPHRASE_FILE ${file}`;
  try {
    if (readFileSync(file, "utf8").trim() === "") {
      return {
        what: `${name} is empty: every secret is in clear, in effect`,
        mend: `write the passphrase into it; ${emptied}`,
      };
    }
    return (statSync(file).mode & 0o077) === 0
      ? undefined
      : { what: `${name} can be read by others`, mend: `chmod 600 ${file}` };
  } catch {
    return { what: `${name} cannot be read`, mend: "put the file there, or name another" };
  }
}

/**
 * What is wrong with how a stack's passphrase is given, in the order in which Pulumi looks for it;
 * `undefined` when nothing is. No word of the passphrase is in it.
 *
 * @see https://www.pulumi.com/docs/iac/cli/environment-variables/
 */
export function givenPassphraseMistake(environment: Environment): PassphraseMistake | undefined {
  const direct = environment["PULUMI_CONFIG_PASSPHRASE"];
  if (direct === "") {
    return {
      what: "PULUMI_CONFIG_PASSPHRASE is set and empty: every secret is in clear, in effect",
      mend: `unset it, and name the passphrase's file in PULUMI_CONFIG_PASSPHRASE_FILE; ${emptied}`,
    };
  }
  const file = environment["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
  return direct === undefined && file !== "" ? fileMistake(file) : undefined;
}
