import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { projectDirectory } from "../../operations/stackFile";

/** Every page a reader may be sent to. */
function pages(): string[] {
  const top = readdirSync(projectDirectory).filter((name) => name.endsWith(".md"));
  const below = readdirSync(join(projectDirectory, "docs"), { recursive: true, encoding: "utf8" });
  return [...top, ...below.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function brokenLinks(page: string): string[] {
  const file = join(projectDirectory, page);
  const text = readFileSync(file, "utf8").replaceAll(/```[\s\S]*?```/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? file : join(dirname(file), path);
    if (!existsSync(target)) return [`${page}: ${link}: no such file`];
    if (anchor === undefined || !target.endsWith(".md")) return [];
    return anchorsOf(readFileSync(target, "utf8")).includes(anchor)
      ? []
      : [`${page}: ${link}: no such heading in ${relative(projectDirectory, target)}`];
  });
}

describe("the documentation", () => {
  it("leads nowhere that does not exist", () => {
    assert.deepEqual(pages().flatMap(brokenLinks), []);
  });

  it("names just commands that exist", () => {
    const { scripts } = JSON.parse(
      readFileSync(join(projectDirectory, "package.json"), "utf8"),
    ) as { scripts: Record<string, string> };
    const unknown = pages().flatMap((page) => {
      const text = readFileSync(join(projectDirectory, page), "utf8");
      const named = [...text.matchAll(/npm run (?:-s |--silent )?([a-z][a-z:]*)/g)];
      return named
        .map(([, command = ""]) => command)
        .filter((command) => !Object.hasOwn(scripts, command))
        .map((command) => `${page}: npm run ${command}`);
    });
    assert.deepEqual([...new Set(unknown)], []);
  });
});
