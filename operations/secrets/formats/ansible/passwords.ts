import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { basename, resolve } from "node:path";
import { childEnvironment } from "../../../childEnvironment";
import { FileTrouble, readRegularFile } from "../source";
import type { FormatKeys } from "../types";

/** A password of Ansible Vault, and the vault id that it is for. */
export interface VaultPassword {
  readonly label?: string;
  readonly password: Buffer;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const trimmed = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString("latin1").replace(/^[ \t\r\n\f\v]+|[ \t\r\n\f\v]+$/g, ""), "latin1");

/** What a password script prints: it is run without a shell, as Ansible runs it. */
function ofScript(file: string, label: string | undefined): Promise<Buffer> {
  // Scripts of that name are told which password is asked for.
  const asks = /-client(\.\w+)?$/.test(basename(file));
  const args = asks ? ["--vault-id", label ?? "default"] : [];
  return new Promise((done, reject) => {
    const child = spawn(resolve(file), args, {
      stdio: ["inherit", "pipe", "inherit"],
      env: childEnvironment(),
    });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    const cannotRun =
      "is executable, but cannot be run: take that right from it if it is no script";
    child.once("error", () => {
      reject(new FileTrouble(file, cannotRun));
    });
    child.once("close", (code) => {
      if (code === 0) done(Buffer.concat(output));
      else reject(new FileTrouble(file, `ended with ${String(code)} and gave no password`));
    });
  });
}

async function ofFile(file: string, label: string | undefined): Promise<VaultPassword> {
  const content = readRegularFile(file, "follow");
  const password = trimmed(isExecutable(file) ? await ofScript(file, label) : content);
  if (password.length === 0) throw new FileTrouble(file, "holds no password");
  return { ...(label === undefined ? {} : { label }), password };
}

/** `dev@file` is the password of vault id `dev`; a path may hold an `@` of its own. */
function splitLabel(named: string): readonly [label: string | undefined, file: string] {
  const at = named.indexOf("@");
  const label = named.slice(0, Math.max(at, 0));
  return at < 0 || label.includes("/")
    ? [undefined, named]
    : [label || undefined, named.slice(at + 1)];
}

/**
 * The passwords at hand: of files that are named, of ANSIBLE_VAULT_PASSWORD_FILE and of
 * ANSIBLE_VAULT_IDENTITY_LIST; where there is none, or one says `prompt`, a person is asked.
 *
 * @throws FileTrouble when a file cannot be read or a script fails.
 * @see https://docs.ansible.com/ansible/latest/vault_guide/vault_managing_passwords.html
 */
export async function vaultPasswords(file: string, keys: FormatKeys): Promise<VaultPassword[]> {
  const environment = keys.environment ?? process.env;
  const listed = (environment["ANSIBLE_VAULT_IDENTITY_LIST"] ?? "").split(",");
  const named = [
    ...(keys.vaultPasswordFiles ?? []),
    ...listed.map((one) => one.trim()),
    environment["ANSIBLE_VAULT_PASSWORD_FILE"] ?? "",
  ].filter((one) => one !== "");
  const passwords: VaultPassword[] = [];
  for (const one of named.length === 0 ? ["prompt"] : named) {
    const [label, source] = splitLabel(one);
    if (!/^prompt(_ask_vault_pass)?$/.test(source)) {
      passwords.push(await ofFile(source, label));
      continue;
    }
    const which = label === undefined ? "" : ` of vault id ${label}`;
    const typed = await keys.ask?.(`Ansible Vault password${which} for ${file}: `);
    if (typed === undefined || typed === "") {
      const mend = "name its file by --vault-password-file or ANSIBLE_VAULT_PASSWORD_FILE";
      throw new FileTrouble(file, `Ansible Vault: needs a password: ${mend}`);
    }
    passwords.push({ ...(label === undefined ? {} : { label }), password: Buffer.from(typed) });
  }
  return passwords;
}
