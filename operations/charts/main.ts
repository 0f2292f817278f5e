import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { print, readArguments, runCommand } from "../arguments";
import { typedWord } from "../confirm";
import { projectDirectory } from "../stackFile";
import { budgetProblem, footprintOf } from "./footprint";
import { footprintJson, footprintMarkdown, footprintTable } from "./footprintText";
import { gather, isGathered } from "./gather";
import { addKinds, kindsFile, kindsJson, type KindsTable, readKinds } from "./kinds";
import { stackCharts } from "./releases";
import { unstick } from "./unstick";
import { type ChartsRequest, exitCodes, gatherOptions, inWorkFolder, verify } from "./verify";

const usage = [
  "usage: npm run charts -- [<stack>] verify [--mirror <URL or directory>] [--nodes <number>]",
  "       npm run charts -- <stack> footprint [--format table|markdown|json] [--write] [--mirror …] [--nodes …]",
  "       npm run charts -- [<stack>] kinds [--write] [--mirror …]",
  "       npm run charts -- <stack> unstick <release> [--identity <private key file>]",
  "verify ends with 0 when all is well, with 1 when something is wrong, with 3 when nothing is wrong",
  "but a chart could not be looked at.",
].join("\n");

/** Every stack that has a file in a folder. */
function stacksIn(directory: string): string[] {
  return readdirSync(directory).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

async function verifyStack(request: ChartsRequest): Promise<number> {
  const { lines, problems, skipped } = await verify(request);
  const { stack } = request.stack;
  print(`stack ${stack}\n${lines.map((line) => `${line}\n`).join("")}`);
  for (const problem of problems) print(`wrong: ${problem}\n`);
  const looked = lines.length === 0 ? "no charts" : `${String(problems.length)} wrong`;
  print(`${stack}: ${looked}, ${String(skipped)} skipped\n`);
  if (problems.length > 0) return exitCodes.wrong;
  return skipped > 0 ? exitCodes.skipped : exitCodes.fine;
}

async function footprint(request: ChartsRequest, format: string, write: boolean): Promise<number> {
  const found = await inWorkFolder(async (folder) => {
    const options = gatherOptions(request, folder);
    const gathered = await gather(request.stack.releases, options);
    return footprintOf(request.stack, gathered, request.nodes, options);
  });
  const texts = { table: footprintTable, markdown: footprintMarkdown, json: footprintJson };
  const render = Object.entries(texts).find(([name]) => name === format)?.[1];
  if (render === undefined) throw new Error(usage);
  print(render(found));
  if (found.skipped.length > 0) {
    const names = found.skipped.map(({ row, skipped }) => `${row.chart}: skipped: ${skipped}`);
    process.stderr.write(`${names.join("\n")}\nnothing was written: the figures are not whole\n`);
    return exitCodes.skipped;
  }
  if (write) {
    const docs = join(projectDirectory, "docs");
    writeFileSync(join(docs, "footprint.md"), footprintMarkdown(found));
    writeFileSync(join(docs, "footprint.json"), footprintJson(found));
  }
  return budgetProblem(found) === undefined ? exitCodes.fine : exitCodes.wrong;
}

/**
 * What the stacks' charts make. Of one stack it is added to the table that is there; of all stacks
 * it takes the table's place.
 */
async function kinds(requests: readonly ChartsRequest[], write: boolean): Promise<number> {
  let table: KindsTable = requests.length === 1 ? readKinds() : {};
  let skipped = 0;
  for (const request of requests) {
    const found = await inWorkFolder((folder) =>
      gather(request.stack.releases, gatherOptions(request, folder)),
    );
    for (const one of found) {
      if (isGathered(one)) continue;
      process.stderr.write(`${one.row.chart}: skipped: ${one.skipped}\n`);
      skipped += 1;
    }
    table = addKinds(table, found.filter(isGathered));
  }
  if (!write) print(kindsJson(table));
  if (skipped > 0) {
    if (write) process.stderr.write("nothing was written: the table is not whole\n");
    return exitCodes.skipped;
  }
  if (write) writeFileSync(kindsFile, kindsJson(table));
  return exitCodes.fine;
}

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    ...{ directory: { type: "string" }, mirror: { type: "string" }, nodes: { type: "string" } },
    ...{ format: { type: "string" }, write: { type: "boolean" }, identity: { type: "string" } },
  });
  const { directory = projectDirectory, mirror, nodes = "1", format = "table" } = options;
  const [stack, verb = stack] = words.length > 1 ? words : [undefined, ...words];
  const [, , release] = words;
  const texts = [directory, nodes, format].every((text) => typeof text === "string");
  if (
    !texts ||
    words.length > 3 ||
    (release === undefined) === (verb === "unstick") ||
    !/^[1-9]\d*$/.test(String(nodes))
  )
    throw new Error(usage);
  const request = async (name: string): Promise<ChartsRequest> => ({
    stack: await stackCharts(name, String(directory)),
    mirror: typeof mirror === "string" ? mirror : undefined,
    nodes: Number(nodes),
  });
  if (verb === "verify") {
    const codes: number[] = [];
    for (const name of stack === undefined ? stacksIn(String(directory)) : [stack]) {
      codes.push(await verifyStack(await request(name)));
    }
    const { wrong, fine } = exitCodes;
    return codes.includes(wrong) ? wrong : Math.max(fine, ...codes);
  }
  if (verb === "kinds") {
    const names = stack === undefined ? stacksIn(String(directory)) : [stack];
    const requests: ChartsRequest[] = [];
    for (const name of names) requests.push(await request(name));
    return kinds(requests, options["write"] === true);
  }
  if (verb === "footprint" && stack !== undefined) {
    return footprint(await request(stack), String(format), options["write"] === true);
  }
  if (verb === "unstick" && stack !== undefined && release !== undefined) {
    const { identity } = options;
    return unstick({
      ...{ stack, directory: String(directory), release, print, confirm: typedWord },
      identity: typeof identity === "string" ? identity : undefined,
      now: Date.now() / 1000,
    });
  }
  throw new Error(usage);
});
