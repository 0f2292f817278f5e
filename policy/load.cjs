// The engine's host for policy packs loads TypeScript by ts-node, with types checked at each start.
// tsx takes its place, as it does for the program.
require("tsx/cjs");
require("./index.ts");
