#!/usr/bin/env node
// Stands for the CLI: config and state of one stack as files, encrypted by nothing worth the name,
// with the order of writes that the real `change-secrets-provider` has. FAKE_DIE ends it at one of
// them; FAKE_LOSE loses a value on the way. As a program it logs how it was called to FAKE_LOG.
const { createHash } = require("node:crypto");
const { appendFileSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const secretSignature = "4dabf18193072939515e22adb298388d";

const fail = (why) => {
  throw new Error(why);
};
const tag = (text) => createHash("sha256").update(text).digest("hex").slice(0, 12);
const seal = (key, value) => `${key}:${Buffer.from(value).toString("hex")}`;
const open = (key, sealed) => {
  const [by, text] = sealed.split(":");
  if (by !== key) fail("incorrect passphrase");
  return Buffer.from(text, "hex").toString("utf8");
};
const keeperOf = ({ salt, provider }) =>
  provider === undefined
    ? { type: "passphrase", state: { salt } }
    : { type: "cloud", state: { url: provider } };
const mapSecrets = (value, change) => {
  if (Array.isArray(value)) return value.map((one) => mapSecrets(one, change));
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value) return change(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, mapSecrets(one, change)]),
  );
};

/** What the CLI prints; throws what it says when it fails. */
function answer({ args, environment, input, directory }) {
  const passphrase = environment.PULUMI_CONFIG_PASSPHRASE;
  const file = join(directory, "Pulumi.home.yaml");
  const state = join(directory, "state.json");
  /** The key of a keeper: a passphrase's tag, or the service's name. */
  const keyOf = ({ salt, provider }) => {
    if (provider !== undefined) return tag(provider);
    const key = tag(passphrase ?? "");
    return salt === `fake-${key}` ? key : fail("incorrect passphrase");
  };

  const readFile = () => {
    const text = readFileSync(file, "utf8");
    const field = (name) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1];
    const values = [...text.matchAll(/^ {2}bramble:(\w+):(?: (.+)|\n {4}secure: (.*))$/gm)];
    return {
      ...{ salt: field("encryptionsalt"), provider: field("secretsprovider") },
      values: values.map(([, name, clear, secure]) => ({ name, clear, secure })),
    };
  };
  const writeFile = ({ salt, provider, values }) => {
    const head =
      provider === undefined ? `encryptionsalt: ${salt}` : `secretsprovider: ${provider}`;
    const lines = values.map(({ name, clear, secure }) =>
      secure === undefined
        ? `  bramble:${name}: ${clear}`
        : `  bramble:${name}:\n    secure: ${secure}`,
    );
    writeFileSync(file, `# a comment of mine\n${head}\nconfig:\n${lines.join("\n")}\n`);
  };
  const readState = () => JSON.parse(readFileSync(state, "utf8"));
  const keyOfState = ({ state: { salt, url } }) => keyOf({ salt, provider: url });
  const mayDie = (step) => {
    if (environment.FAKE_DIE === step) fail("killed");
  };

  const change = (provider) => {
    const before = readFile();
    const key = keyOf(before);
    const wanted = before.provider === undefined ? input.split("\n")[0].trim() : passphrase;
    const to = provider === "passphrase" ? { salt: `fake-${tag(wanted ?? "")}` } : { provider };
    const newKey = tag(provider === "passphrase" ? wanted : provider);
    mayDie("0");
    writeFileSync(file, "");
    mayDie("1");
    writeFile({ ...before, salt: undefined, provider: undefined, ...to });
    mayDie("2");
    const values = before.values.map((one) =>
      one.secure === undefined ? one : { ...one, secure: seal(newKey, open(key, one.secure)) },
    );
    writeFile({ ...to, values: environment.FAKE_LOSE === undefined ? values : values.slice(1) });
    mayDie("3");
    const found = readState();
    const oldKey = keyOfState(found.deployment.secrets_providers);
    const moved = mapSecrets(found, ({ ciphertext, ...rest }) => ({
      ...rest,
      ciphertext: seal(newKey, open(oldKey, ciphertext)),
    }));
    moved.deployment.secrets_providers = keeperOf(to);
    writeFileSync(state, JSON.stringify(moved));
    mayDie("4");
  };

  const shown = args.includes("--show-secrets");
  switch (args.slice(0, 2).join(" ")) {
    case "config --show-secrets":
    case "config --json": {
      const found = readFile();
      const entries = found.values.map(({ name, clear, secure }) => [
        `bramble:${name}`,
        {
          ...(secure === undefined
            ? { value: clear }
            : shown && { value: open(keyOf(found), secure) }),
          secret: secure !== undefined,
        },
      ]);
      return JSON.stringify(Object.fromEntries(entries));
    }
    case "config get": {
      const found = readFile();
      return open(keyOf(found), found.values.find(({ name }) => name === args[2]).secure);
    }
    case "config set": {
      const found = readFile();
      const secure = seal(keyOf(found), input);
      writeFile({ ...found, values: [...found.values, { name: args[3], secure }] });
      return "";
    }
    case "stack export": {
      const found = readState();
      const opened = ({ ciphertext, ...rest }) => ({
        ...rest,
        plaintext: open(keyOfState(found.deployment.secrets_providers), ciphertext),
      });
      return JSON.stringify(shown ? mapSecrets(found, opened) : found);
    }
    case "stack import":
      writeFileSync(state, readFileSync(args[args.indexOf("--file") + 1], "utf8"));
      return "";
    case "stack change-secrets-provider":
      change(args[2]);
      return "";
    default:
      return fail(`not faked: ${args.join(" ")}`);
  }
}

module.exports = { answer };

if (require.main === module) {
  const args = process.argv.slice(2);
  const environment = process.env;
  appendFileSync(environment.FAKE_LOG, `${JSON.stringify({ args, environment })}\n`);
  try {
    const input = readFileSync(0, "utf8");
    process.stdout.write(answer({ args, environment, input, directory: process.cwd() }));
  } catch (error) {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 255;
  }
}
