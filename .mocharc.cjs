/** Every unit test, or those that are named: `npx mocha test/config/parse.test.ts`. */
const named = process.argv.slice(2).some((word) => word.endsWith(".test.ts"));

module.exports = {
  spec: named
    ? []
    : [
        "test/{config,catalogue,components,stacks,operations,policy,docs}/**/*.test.ts",
        "test/lab/{settings,engine/*,bench/*}.test.ts",
      ],
  "node-option": ["import=tsx"],
  timeout: 20000,
  reporter: "dot",
};
