/**
 * Values that formats and their readers stumble over. They are canaries: obviously no one's secrets.
 */
export const edgeValues = {
  simple: "canary-simple-4711",
  lines: "canary first line\nsecond line\n\nlast line\n",
  unicode: "canary-ünïcödé-密码-🐤",
  quotes: `canary-it's-"quoted"`,
  backslash: "canary-C:\\temp\\canary",
  zeros: "007",
  number: "1e3",
  yes: "yes",
  no: "no",
  nothing: "null",
  empty: "",
  spaces: "  canary between spaces  ",
  comment: "canary#1 # not a comment",
  structure: "canary: {a: [1, 2]}",
  dollar: "canary-$HOME-${HOME}-$(id)-`id`",
  equals: "canary=a=b==",
  pem: [
    "-----BEGIN CANARY-----",
    "Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5",
    "-----END CANARY-----",
    "",
  ].join("\n"),
  long: "canary-of-10-kB-".repeat(640),
} as const;

export type EdgeName = keyof typeof edgeValues;

export const edgeNames = Object.keys(edgeValues) as EdgeName[];

/** Bytes that are no text. */
export const edgeBytes = Buffer.from([0, 1, 2, 0xff, 0xfe, 0x80, 10, 13, 0]);
