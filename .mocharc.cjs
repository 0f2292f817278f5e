const { availableParallelism } = require("node:os");

/** Every unit test, or those that are named: `npx mocha test/config/parse.test.ts`. */
const named = process.argv.slice(2).some((word) => word.endsWith(".test.ts"));

module.exports = {
  spec: named
    ? []
    : [
        "test/{config,catalogue,components,stacks,operations,policy,docs}/**/*.test.ts",
        "test/lab/{settings,engine/*,bench/*}.test.ts",
      ],
  require: ["./test/support/quiet.ts"],
  // Files share nothing, and most of their time goes into planning whole stacks.
  parallel: !named,
  jobs: Math.max(2, availableParallelism() - 1),
  // A plan makes many small objects that are gone at once: with room for them, a third is saved.
  "node-option": ["import=tsx", "max-semi-space-size=128"],
  timeout: 20000,
  reporter: "dot",
};
