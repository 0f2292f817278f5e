// Installs the dependencies when they are missing or not those of package-lock.json; quiet
// otherwise. Plain Node without imports from node_modules: it runs before there are any.
const { spawnSync } = require("node:child_process");
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const project = join(__dirname, "..");
const wanted = join(project, "package-lock.json");
const installed = join(project, "node_modules", ".package-lock.json");

/** Whether everything the lockfile names is installed, less what other platforms need. */
function upToDate() {
  if (!existsSync(installed)) return false;
  const found = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(JSON.parse(readFileSync(wanted, "utf8")).packages).every(
    ([path, { version, optional, devOptional }]) =>
      path === "" || optional || devOptional || found[path]?.version === version,
  );
}

if (!upToDate()) {
  process.stderr.write("installing the dependencies of package-lock.json (npm ci) …\n");
  const options = { cwd: project, stdio: ["ignore", "ignore", "inherit"] };
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], options);
  if (status !== 0) {
    process.stderr.write(`npm ci failed${error ? `: ${error.message}` : ""}\n`);
    process.exitCode = 1;
  }
}
