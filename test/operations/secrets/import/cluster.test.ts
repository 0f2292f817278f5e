import assert from "node:assert/strict";
import type { SecretEntry } from "../../../../operations/secrets/formats/types";
import { placeOf, readCluster } from "../../../../operations/secrets/import/clusterSecrets";
import { readMap } from "../../../../operations/secrets/import/mapFile";
import type { ContentReader } from "../../../../operations/secrets/import/readFiles";

const table = [
  "media-stack-secrets                Opaque                                8      12d",
  "wiki                               Opaque                                1      12d",
  "regcred                            kubernetes.io/dockerconfigjson        1      12d",
  "default-token-x2                   kubernetes.io/service-account-token   3      12d",
  "sh.helm.release.v1.radarr.v1       helm.sh/release.v1                    1      12d",
  "radarr-tls                         kubernetes.io/tls                     2      12d",
  "",
].join("\n");

const readContent: ContentReader = ({ file, content }) => {
  const { metadata, data } = JSON.parse(Buffer.from(content).toString()) as {
    metadata: { name: string; namespace: string };
    data: Record<string, string>;
  };
  const entries = Object.entries(data).map(([key, value]): SecretEntry => ({
    ...{ path: [metadata.namespace, metadata.name, key], file, encrypted: false },
    ...{ value: Buffer.from(value, "base64").toString(), format: "kubernetes-secret" },
  }));
  return Promise.resolve(entries);
};

describe("Secrets of a running cluster", () => {
  const calls: string[] = [];
  const kubectl = (args: readonly string[]) => {
    calls.push(args.join(" "));
    const [, , name = ""] = args;
    const object = { metadata: { name, namespace: "media" }, data: { "radarr-api-key": "eA==" } };
    return Promise.resolve(args.includes("json") ? JSON.stringify(object) : table);
  };
  const read = (place: string, map = "") =>
    readCluster({ kubectl, place: placeOf(place), map: readMap(map, "map"), readContent });
  beforeEach(() => {
    calls.length = 0;
  });

  it("asks for names first, and opens only those that may be meant", async () => {
    const { entries, unread, source, fromCluster } = await read("media");
    assert.deepEqual(calls, [
      "get secrets --namespace media --no-headers",
      "get secret media-stack-secrets --namespace media --output json",
      "get secret regcred --namespace media --output json",
    ]);
    assert.deepEqual(entries[0]?.path, ["media", "media-stack-secrets", "radarr-api-key"]);
    assert.equal(entries[0].file, "cluster/media/media-stack-secrets");
    assert.deepEqual(unread, [["media/wiki", "name it to read it: --namespace media/wiki"]]);
    assert.equal(source, "Secrets of namespace media: media-stack-secrets, regcred");
    assert.equal(fromCluster, true);
  });

  it("opens a Secret that is named, or that the map names, whatever it is called", async () => {
    assert.equal((await read("media/wiki")).entries.length, 1);
    assert.deepEqual(calls, ["get secret wiki --namespace media --output json"]);
    assert.deepEqual((await read("media", "media/wiki/token: radarrApiKey")).unread, []);
  });

  it("hands nothing to kubectl that is not a name", () => {
    for (const text of ["", "-A", "a/b/c", "a b", "media/", "media/--raw", "Media"]) {
      assert.throws(() => placeOf(text), /has to be <namespace> or <namespace>\/<secret>/, text);
    }
  });
});
