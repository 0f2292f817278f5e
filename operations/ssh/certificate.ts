import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { childEnvironment } from "../childEnvironment";
import { withPrivateFolder } from "../privateFolder";
import { fingerprint, parseHostKey } from "../connection/hostKeys";
import { noteAccess } from "./journal";

const run = promisify(execFile);

/** What a certificate is to say. */
export interface CertificateRequest {
  readonly stack: string;
  /** The authority's private key in OpenSSH's format. Secret. */
  readonly authority: string;
  /** Path of the public key to certify; the certificate is put beside it. */
  readonly publicKey: string;
  readonly hours: number;
  /** Users it may log in as. */
  readonly principals: readonly string[];
  /** Folder of the journal. Default: the project's. */
  readonly records?: string;
}

/** A certificate that was issued. */
export interface Certificate {
  /** Path of the certificate, where ssh finds it beside the key. */
  readonly file: string;
  readonly serial: string;
  readonly until: Date;
}

/** Where ssh looks for the certificate of a key. */
function certificatePath(publicKey: string): string {
  return `${publicKey.replace(/\.pub$/, "")}-cert.pub`;
}

/**
 * Signs a short-lived certificate for a person's key and notes it in the journal. The authority's key
 * is in a file for that moment only, readable by this user alone.
 *
 * @throws Error in one line when there is no such key or ssh-keygen refuses.
 */
export async function issueCertificate(request: CertificateRequest): Promise<Certificate> {
  const { stack, authority, publicKey, hours, principals, records } = request;
  if (!existsSync(publicKey)) {
    throw new Error(
      `no ${publicKey}: make a key with ssh-keygen -t ed25519, or name one with --public-key`,
    );
  }
  const operator = process.env["BRAMBLE_OPERATOR"] ?? userInfo().username;
  const serial = String(randomInt(1, 2 ** 47));
  const now = new Date();
  const until = new Date(Math.floor(now.getTime() / 1000) * 1000 + hours * 3_600_000);
  return withPrivateFolder(async (folder) => {
    const authorityFile = join(folder, "authority");
    const copy = join(folder, "key.pub");
    writeFileSync(authorityFile, `${authority.trimEnd()}\n`, { mode: 0o600 });
    copyFileSync(publicKey, copy);
    const identity = `${stack}:${operator}`;
    const words = [
      ...["-q", "-s", authorityFile, "-I", identity, "-n", principals.join(",")],
      // Clocks differ a little, above all on a host that has just booted.
      ...["-V", `-5m:+${String(hours)}h`, "-z", serial, copy],
    ];
    await run("ssh-keygen", words, { env: childEnvironment() }).catch((error: unknown) => {
      const { stderr = "" } = error as { stderr?: string };
      const said = stderr.trim().split("\n").at(-1) ?? "";
      throw new Error(`ssh-keygen issued no certificate: ${said === "" ? "it failed" : said}`);
    });
    // Across file systems a rename does not work; a copy beside the target then moves whole.
    const file = certificatePath(publicKey);
    copyFileSync(join(folder, "key-cert.pub"), `${file}.new`);
    renameSync(`${file}.new`, file);
    const key = fingerprint(parseHostKey(readFileSync(publicKey, "utf8")));
    noteAccess(
      stack,
      {
        ...{ time: now.toISOString(), operator, serial, key },
        ...{ principals: [...principals], until: until.toISOString() },
      },
      records,
    );
    return { file, serial, until };
  });
}
