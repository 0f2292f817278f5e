import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { imageReference, images, type Image } from "../../catalogue/images";

describe("images", () => {
  const rows: [string, Image][] = Object.entries(images);

  for (const [name, image] of rows) {
    it(`pins ${name} to a tag that is also a valid label`, () => {
      assert.match(image.tag, /\d+\.\d+/);
      assert.match(image.tag, /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
    });
  }

  it("tells Renovate the name of every image", () => {
    const source = readFileSync(join(__dirname, "..", "..", "catalogue", "images.ts"), "utf8");
    for (const [, { repository }] of rows) {
      assert.ok(
        source.includes(
          `// renovate: datasource=docker depName=${repository}\n    repository: "${repository}"`,
        ),
        repository,
      );
    }
  });

  it("refers to an image by its digest when there is one", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const image: Image = {
      repository: "registry.example.org/app",
      tag: "1.2.3",
      architectures: ["arm64"],
    };
    assert.equal(imageReference(image), "registry.example.org/app:1.2.3");
    assert.equal(imageReference({ ...image, digest }), `registry.example.org/app:1.2.3@${digest}`);
  });
});
