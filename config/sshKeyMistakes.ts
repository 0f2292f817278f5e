/** How a private key in OpenSSH's format begins that has no passphrase: its cipher is `none`. */
const openedByAnybody = /-----BEGIN OPENSSH PRIVATE KEY-----\s+b3BlbnNzaC1rZXktdjEAAAAABG5vbmU/;

/** In the older formats a line says so. */
const lockedInPem = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/;

/**
 * What is wrong with a private key for SSH beyond doubt, in words that hold nothing of it. Without
 * this every host refuses it, one after the other, in words of their own.
 *
 * @see https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.key
 */
export function sshKeyMistakes(text: string): readonly string[] {
  if (/^\s*(ssh|ecdsa|sk)-[\w@.-]+ AAAA/.test(text)) {
    return ["is a public key: the private one is in the file of that name without .pub"];
  }
  const isLocked = text.includes("-----BEGIN OPENSSH PRIVATE KEY-----")
    ? !openedByAnybody.test(text)
    : lockedInPem.test(text);
  return isLocked
    ? [
        "has a passphrase, and nobody is there to type it: make a key of its own with ssh-keygen -N ''",
      ]
    : [];
}
