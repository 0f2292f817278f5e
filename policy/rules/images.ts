import { type Container, containerName, containersOf } from "../pods";
import { isUnknown, textOf } from "../resource";
import { judged, type Rule } from "../rule";

const digest = /@sha256:[0-9a-f]{64}$/;

const imageOf = ({ container }: Container): string => textOf(container["image"]);

/** The tag of a reference, if it names one: `1.2` of `registry:5000/app:1.2@sha256:…`. */
function tagOf(image: string): string | undefined {
  return /:([\w.-]+)$/.exec(image.replace(/@.*$/, ""))?.[1];
}

/** Tags that publishers move on, also in front of more: `latest-alpine`. */
const movingTag =
  /^(latest|stable|current|edge|nightly|rolling|main|master|trunk|head|dev|develop|snapshot)([-._]|$)/i;

export const imageTag: Rule = {
  title: "Images name a tag that stays, or a digest",
  reason:
    "What `latest` or no tag stands for changes unseen: two nodes run two versions, and nobody can go back.",
  mend: "Pin the image in catalogue/images.ts, or its tag in the chart's values.",
  scope: "resource",
  charts: true,
  judge: (resource) =>
    containersOf(resource).map((one) => {
      const tag = tagOf(imageOf(one));
      const stays = tag !== undefined && !movingTag.test(tag);
      const isPinned = stays || digest.test(imageOf(one)) || isUnknown(imageOf(one));
      const wrong = `${imageOf(one)} ${tag === undefined ? "has no tag" : "moves"}`;
      return judged(`${one.path}.image`, isPinned, wrong);
    }),
};

export const imageDigest: Rule = {
  title: "Images are named by digest",
  reason: "A tag can be pushed again by whoever holds the registry's account; a digest cannot.",
  mend: "Read the digest of the multi-architecture index from the registry into the image's row.",
  scope: "resource",
  charts: true,
  wanted: ({ imageDigests }) => imageDigests,
  judge: (resource) =>
    containersOf(resource).map((one) =>
      judged(`${one.path}.image`, digest.test(imageOf(one)), `${imageOf(one)} has no digest`),
    ),
};

const wantedArchitectures = ["amd64", "arm64"];

export const imageArchitectures: Rule = {
  title: "Images are built for amd64 and arm64",
  reason: "A Raspberry Pi is arm64; an image without it ends in `exec format error` on a host.",
  mend: "Take an image that is built for both, and say so in its row of catalogue/images.ts.",
  scope: "resource",
  charts: false,
  judge: (resource, { images }) =>
    containersOf(resource).map((one) => {
      const image = imageOf(one).replace(digest, "");
      const row = images.find(({ repository, tag }) => `${repository}:${tag}` === image);
      const missing = wantedArchitectures.filter(
        (name) => row !== undefined && !row.architectures.includes(name),
      );
      const isWell = row !== undefined && missing.length === 0;
      const wrong =
        row === undefined
          ? `${containerName(one)} runs ${image}, which no row of the catalogue pins`
          : `${image} is not built for ${missing.join(", ")}`;
      return judged(`${one.path}.image`, isWell, wrong);
    }),
};
