import { stringify } from "yaml";
import { type Maker, sealed } from "./made";
import { edgeBytes, edgeNames, edgeValues } from "./values";
import type { Workshop } from "./workshop";

const passwords = {
  default: { file: "throwaway-keys/vault-password", text: "canary password with ünïcödé\n" },
  dev: { file: "throwaway-keys/vault-password-dev", text: "  canary-dev-password  \n" },
} as const;

function passwordFile({ write }: Workshop, id: keyof typeof passwords): string {
  const { file, text } = passwords[id];
  write(file, text);
  return file;
}

const keys = { vaultPasswordFiles: [passwords.default.file] };

async function encryptFile(workshop: Workshop, name: string, content: string | Buffer) {
  const password = passwordFile(workshop, "default");
  workshop.write(name, content);
  await workshop.run("ansible-vault", ["encrypt", "--vault-password-file", password, name]);
}

/** Ansible refuses to encrypt nothing as a value of its own. */
const inlineNames = edgeNames.filter((name) => name !== "empty");

/** Files and values of Ansible Vault. */
export const ansibleMakers: readonly Maker[] = [
  {
    ...{ name: "vault-edges.yml", needs: ["ansible-vault"] },
    make: async (workshop) => {
      await encryptFile(workshop, "vault-edges.yml", stringify({ canary: edgeValues }));
      const values = edgeNames.map((name) => [["canary", name], edgeValues[name]] as const);
      return { format: "ansible-vault", keys, expected: sealed(values) };
    },
  },
  {
    ...{ name: "vault-id.yml", needs: ["ansible-vault"] },
    make: async (workshop) => {
      const dev = passwordFile(workshop, "dev");
      passwordFile(workshop, "default");
      workshop.write("vault-id.yml", "# comment\npin: 007\nflag: yes\nlist: [canary]\n");
      const id = ["--vault-id", `dev@${dev}`, "--encrypt-vault-id", "dev"];
      await workshop.run("ansible-vault", ["encrypt", ...id, "vault-id.yml"]);
      return {
        format: "ansible-vault",
        keys: { vaultPasswordFiles: [passwords.default.file, `dev@${dev}`] },
        expected: sealed([
          [["pin"], "007"],
          [["flag"], "yes"],
          [["list", "0"], "canary"],
        ]),
      };
    },
  },
  {
    ...{ name: "vault-values.yml", needs: ["ansible-vault"] },
    make: async (workshop) => {
      const [password, dev] = [passwordFile(workshop, "default"), passwordFile(workshop, "dev")];
      const named = inlineNames.flatMap((name) => ["--name", name]);
      const values = inlineNames.map((name) => edgeValues[name]);
      const plain = ["--vault-password-file", password, ...named, "--", ...values];
      const labelled = ["--vault-id", `dev@${dev}`, "--encrypt-vault-id", "dev"];
      const inline = await workshop.run("ansible-vault", ["encrypt_string", ...plain]);
      const args = ["encrypt_string", ...labelled, "--name", "labelled", "canary-labelled"];
      const other = await workshop.run("ansible-vault", args);
      workshop.write("vault-values.yml", `---\nclear: in clear\n${inline}\n${other}\n`);
      return {
        format: "ansible-vault-values",
        keys: { vaultPasswordFiles: [password, `dev@${dev}`] },
        expected: [
          { path: ["clear"], value: "in clear", encrypted: false },
          ...sealed(inlineNames.map((name) => [[name], edgeValues[name]] as const)),
          ...sealed([[["labelled"], "canary-labelled"]]),
        ],
      };
    },
  },
  {
    ...{ name: "vault.env", needs: ["ansible-vault"] },
    make: async (workshop) => {
      await encryptFile(workshop, "vault.env", `export TOKEN="canary token"\nPIN=007\n`);
      const values = [
        [["TOKEN"], "canary token"],
        [["PIN"], "007"],
      ] as const;
      return { format: "ansible-vault", keys, expected: sealed(values) };
    },
  },
  {
    ...{ name: "vault-text", needs: ["ansible-vault"] },
    make: async (workshop) => {
      await encryptFile(workshop, "vault-text", edgeValues.pem);
      return {
        ...{ format: "ansible-vault", keys },
        expected: sealed([[["vault-text"], edgeValues.pem]]),
      };
    },
  },
  {
    ...{ name: "vault-bytes", needs: ["ansible-vault"] },
    make: async (workshop) => {
      await encryptFile(workshop, "vault-bytes", edgeBytes);
      const value = edgeBytes.toString("base64");
      const bytes = { path: ["vault-bytes"], value, encrypted: true, encoding: "base64" } as const;
      return { format: "ansible-vault", keys, expected: [bytes] };
    },
  },
];
