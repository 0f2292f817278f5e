/**
 * Reading what the SDK sends to the engine. Secrets, assets and unknown values travel as marked
 * objects and a marked text.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts
 */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What a masked secret and a value known only when resources exist are shown as. */
export const shownAs = { secret: "[secret]", unknown: "[computed]" } as const;

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: unknown): value is Fields {
  return isFields(value) && value[signatureKey] === secretSignature;
}

/** Marks a value as secret, the way it travels. */
export function markSecret(value: unknown): unknown {
  return { [signatureKey]: secretSignature, value };
}

/** Whether a value is known only once the resources it comes from exist. */
export function isUnknown(value: unknown): boolean {
  return value === unknownText;
}

function isAsset(value: unknown): value is Fields {
  return isFields(value) && value[signatureKey] === assetSignature;
}

function mapValue(
  value: unknown,
  leaf: (value: unknown) => { result: unknown } | undefined,
): unknown {
  const mapped = leaf(value);
  if (mapped !== undefined) return mapped.result;
  if (Array.isArray(value)) return value.map((item) => mapValue(item, leaf));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapValue(item, leaf)]),
  );
}

/** The value with secrets and assets as plain values, for whoever carries it out. */
export function plainValue(value: unknown): unknown {
  return mapValue(value, (item) => {
    if (isSecret(item)) return { result: plainValue(item["value"]) };
    if (isAsset(item)) return { result: { path: item["path"], text: item["text"] } };
    return undefined;
  });
}

/** The value as it may be shown: secrets masked, unknown values named. */
export function maskedValue(value: unknown): unknown {
  return mapValue(value, (item) => {
    if (isSecret(item)) return { result: shownAs.secret };
    if (isUnknown(item)) return { result: shownAs.unknown };
    if (isAsset(item)) return { result: { file: item["path"] } };
    return undefined;
  });
}

/** The paths of the secrets in a value, such as `connection.privateKey`. */
export function secretPaths(value: unknown, path = ""): string[] {
  if (isSecret(value)) return [path];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => secretPaths(item, `${path}[${String(index)}]`));
  }
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    secretPaths(item, path === "" ? key : `${path}.${key}`),
  );
}
