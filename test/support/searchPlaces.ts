import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import assert from "node:assert/strict";
import { type Canaries, formKinds, forms, type Leak, leaks } from "./canaries";

/** Where a secret must not be. */
export interface Place {
  readonly name: string;
  readonly text: string;
  /** What is there for sure: an answer that lacks it was not read, and says nothing. */
  readonly holds: string | RegExp;
}

/** A secret that was found, and where. */
export interface Found extends Leak {
  readonly place: string;
}

/** What a search found, and how much it looked at. */
export interface Search {
  readonly places: number;
  readonly forms: number;
  readonly secrets: number;
  readonly leaks: readonly Found[];
}

function isRead({ text, holds }: Place): boolean {
  return typeof holds === "string" ? text.includes(holds) : holds.test(text);
}

/**
 * Looks for every secret in every place, in every form.
 *
 * @throws AssertionError when a place was not read.
 */
export function searchPlaces(places: readonly Place[], canaries: Canaries): Search {
  const unread = places.filter((place) => !isRead(place)).map(({ name }) => name);
  assert.deepEqual(unread, [], "these places do not hold what they should");
  return {
    places: places.length,
    forms: Object.keys(formKinds).length,
    secrets: Object.keys(canaries).length,
    leaks: places.flatMap(({ name, text }) =>
      leaks(text, canaries).map((leak) => ({ place: name, ...leak })),
    ),
  };
}

/** `searched 12 places × 17 forms × 41 secrets: 0 leaks` */
export function searchLine({ places, forms: kinds, secrets, leaks: found }: Search): string {
  return `searched ${places} places × ${kinds} forms × ${secrets} secrets: ${found.length} leaks`;
}

/** Prints what was searched, and fails when anything was found. */
export function assertNoLeaks(places: readonly Place[], canaries: Canaries): void {
  const search = searchPlaces(places, canaries);
  console.log(`    ${searchLine(search)}`);
  assert.deepEqual(search.leaks, []);
}

/**
 * Holds the search to finding what is there: a secret is written into each place, in one form after
 * another, and has to be found.
 */
export function assertFindsPlants(places: readonly Place[], canaries: Canaries): void {
  const [name, secret] = Object.entries(canaries)[0] ?? ["", ""];
  const every = forms(secret);
  assert.ok(every.length > 0);
  places.forEach((place, index) => {
    // Each form somewhere, all of them in the first place.
    const planted = index === 0 ? every : [every[index % every.length]];
    for (const form of planted) {
      const half = Math.floor(place.text.length / 2);
      const text = `${place.text.slice(0, half)}\n${form?.text ?? ""}\n${place.text.slice(half)}`;
      const found = leaks(text, { [name]: secret }).map((leak) => leak.secret);
      assert.deepEqual(found, [name], `${place.name}, ${form?.kind ?? ""}`);
    }
  });
}

/** A file as it may be read; what is compressed is opened. */
function textOf(bytes: Buffer): string {
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** Every file below a folder as one place. */
export function folderPlaces(folder: string): Place[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ name: relative(folder, file), text: textOf(readFileSync(file)), holds: "" }));
}

/** What Helm keeps of a release in a Secret: JSON that was compressed and twice written in base64. */
export function helmRelease(data: string): string {
  const packed = Buffer.from(Buffer.from(data, "base64").toString("utf8"), "base64");
  return textOf(packed);
}
