import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";

/** The largest file that is read, in bytes: Secrets of a whole cluster have room in it. */
export const largestFile = 8 * 1024 * 1024;

/** A mistake in a file, told in one line: which file, and what is wrong. Never a value. */
export class FileTrouble extends Error {
  constructor(file: string, why: string) {
    super(`${file}: ${why}`.replace(/\p{Cc}/gu, "?"));
  }
}

const kinds: readonly (readonly [(stats: Stats) => boolean, string])[] = [
  [(stats) => stats.isDirectory(), "is a folder: name its files one by one"],
  [(stats) => stats.isFIFO(), "is a pipe, not a file: write it to a file of its own"],
  [(stats) => stats.isSocket(), "is a socket, not a file"],
  [(stats) => stats.isBlockDevice() || stats.isCharacterDevice(), "is a device, not a file"],
];

const openTroubles: Readonly<Record<string, string>> = {
  ENOENT: "is not there",
  ENOTDIR: "is not there",
  EACCES: "may not be read by you",
  EPERM: "may not be read by you",
  ELOOP: "is a symbolic link: name the file that it points to",
  ENXIO: "is no regular file",
};

/**
 * Reads a regular file, once it is known to be one: what was looked at is what is read.
 *
 * @param links "follow" for files of keys, which people keep elsewhere and link to.
 * @throws FileTrouble when it is not there, too large, or no regular file.
 */
export function readRegularFile(file: string, links: "refuse" | "follow" = "refuse"): Buffer {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const flags = O_RDONLY | O_NONBLOCK | (links === "refuse" ? O_NOFOLLOW : 0);
  let descriptor: number;
  try {
    descriptor = openSync(file, flags);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new FileTrouble(file, openTroubles[code] ?? `cannot be opened (${code})`);
  }
  try {
    const stats = fstatSync(descriptor);
    const [, trouble] = kinds.find(([is]) => is(stats)) ?? [];
    if (trouble !== undefined) throw new FileTrouble(file, trouble);
    if (!stats.isFile()) throw new FileTrouble(file, "is no regular file");
    checkSize(file, stats.size);
    const content = readFileSync(descriptor);
    checkSize(file, content.length);
    return content;
  } finally {
    closeSync(descriptor);
  }
}

/** @throws FileTrouble when there is more than {@link largestFile}. */
export function checkSize(file: string, bytes: number): void {
  if (bytes <= largestFile) return;
  throw new FileTrouble(file, `is larger than ${largestFile / 1024 / 1024} MiB`);
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of bytes; undefined where they are no UTF-8 text. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What is wrong with a file that age encrypted whole. */
export const encryptedByAge =
  "is encrypted whole by age: open it by `age --decrypt` and name what comes out";

const ageMark = Buffer.from("age-encryption.org/v1\n");

/**
 * The text of a file, without a byte order mark.
 *
 * @throws FileTrouble when it is no UTF-8 text, or holds NUL as text never does.
 */
export function fileText(file: string, content: Uint8Array): string {
  const text = utf8(content);
  if (text === undefined || text.includes("\0")) {
    const isAge = Buffer.from(content).subarray(0, ageMark.length).equals(ageMark);
    throw new FileTrouble(file, isAge ? encryptedByAge : "is no UTF-8 text");
  }
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** What base64 stands for, read strictly; undefined where it is none. Line breaks are passed over. */
export function fromBase64(text: string): Buffer | undefined {
  const packed = text.replace(/[\r\n]/g, "");
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return undefined;
  return Buffer.from(packed, "base64");
}
