import pulumi from "@pulumi/eslint-plugin";
import { defineConfig, globalIgnores } from "eslint/config";
import typescript from "typescript-eslint";

/** Only what makes resources needs Pulumi at run time: the rest is plain data, fast to test. */
const noPulumi = {
  regex: "^@pulumi/",
  allowTypeImports: true,
  message: "This file is pure: it may name Pulumi's types and nothing else of it.",
};

const noUpwards = {
  regex: "/(stacks/.*|config/load|operations/.*)$",
  message: "Imports point one way: a component is told what it needs by its arguments.",
};

const noLab = {
  regex: "/lab/",
  message: "The lab is for trying and testing; nothing real may lean on it.",
};

/** A whole SDK takes seconds to load; its submodules do not. */
const noRoots = {
  regex: "^@pulumi/kubernetes$",
  allowTypeImports: true,
  message: "Import the submodule, such as @pulumi/kubernetes/core/v1.",
};

/** Files that Node runs as they are, from a ConfigMap: it strips types and installs nothing. */
const noPackages = {
  regex: "^(?!node:|\\./[A-Za-z]+\\.ts$)",
  message: "These scripts run alone: Node's own modules, and files beside them with `.ts`.",
};

/** Syntax that is more than types, which Node cannot strip. */
const erasable = ["TSEnumDeclaration", "TSParameterProperty", "TSModuleDeclaration"].map(
  (selector) => ({ selector, message: "Node strips types and nothing more." }),
);

const restrict = (...patterns) => ({
  "@typescript-eslint/no-restricted-imports": ["error", { patterns }],
});

export default defineConfig(
  globalIgnores(["node_modules/", "gitops/", "test/golden/"]),
  {
    files: ["**/*.ts"],
    extends: [typescript.configs.strictTypeChecked, typescript.configs.stylisticTypeChecked],
    plugins: { "@pulumi": pulumi },
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { noInlineConfig: true },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      // Brackets show that a key comes from data and may be missing.
      "@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
      // The Kubernetes client's model classes are plain data, written as literals everywhere.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["index.ts", "config/**", "catalogue/**", "stacks/**", "operations/**", "policy/**"],
    ignores: ["**/*.mjs", "**/*.cjs"],
    rules: restrict(noLab, noRoots),
  },
  {
    files: ["components/**/*.ts"],
    rules: restrict(noLab, noRoots, noUpwards),
  },
  {
    files: ["config/**/*.ts", "catalogue/**/*.ts"],
    ignores: ["config/load.ts"],
    rules: restrict(noLab, noPulumi),
  },
  {
    files: [
      "components/**/{render,revision,kubeconfig}*.ts",
      "components/**/*{Values,Config,Manifest,Settings}.ts",
    ],
    rules: restrict(noLab, noPulumi, noUpwards),
  },
  {
    files: ["policy/**/*.ts"],
    ignores: ["policy/{index,engineResource}.ts"],
    rules: restrict(noLab, noPulumi, noUpwards),
  },
  {
    files: ["components/workload/wiring/**/*.ts"],
    rules: {
      ...restrict(noPackages),
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-syntax": ["error", ...erasable],
    },
  },
);
