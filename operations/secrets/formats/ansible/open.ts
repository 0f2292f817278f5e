import { FileTrouble } from "../source";
import { type Leaf, leafOfBytes, mapLeaves, type Node, placeOf } from "../tree";
import type { FormatKeys } from "../types";
import { isVaulted, openEnvelope, readEnvelope } from "./envelope";
import { vaultPasswords } from "./passwords";

/** Opens one encrypted text; `place` says where in the file it stands. */
export type VaultOpener = (text: string, place: string) => Buffer;

/** Gets the passwords once, and opens any text of a file with them. */
export async function vaultOpener(file: string, keys: FormatKeys): Promise<VaultOpener> {
  const passwords = await vaultPasswords(file, keys);
  return (text, place) => {
    const envelope = readEnvelope(file, place, text);
    const { label } = envelope;
    // As Ansible: the one for this vault id first, then all.
    const ordered = passwords.toSorted(
      (one, other) => Number(other.label === label) - Number(one.label === label),
    );
    for (const { password } of ordered) {
      const opened = openEnvelope(envelope, password);
      if (opened !== undefined) return opened;
    }
    const which = label === undefined ? "" : ` of vault id ${placeOf([label])}`;
    const count = passwords.length === 1 ? "the password" : `none of ${passwords.length} passwords`;
    const fits = passwords.length === 1 ? "does not open it" : "opens it";
    const why = `${count}${which} ${fits}, or it was changed`;
    throw new FileTrouble(file, `Ansible Vault: ${place}${why}`);
  };
}

/** Whether a value is one that Ansible would decrypt, or that lacks just the tag for it. */
export const isVaultedLeaf = ({ text, tag }: Leaf): boolean =>
  tag === "!vault" || tag === "!vault-encrypted" || isVaulted(text);

/** Opens the encrypted values of a tree. */
export function openVaultValues(tree: Node, open: VaultOpener): Node {
  return mapLeaves(tree, (leaf, path) =>
    isVaultedLeaf(leaf) ? leafOfBytes(open(leaf.text, `${placeOf(path)}: `), true) : leaf,
  );
}
