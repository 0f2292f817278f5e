import { print } from "../../arguments";
import { opensSalt } from "../keys/salt";
import { keyedStack } from "../rekey/keyedStack";
import type { Verb } from "../verb";
import { checkKeys } from "./check";

/** `check`: whether each environment has a key of its own, and nothing is in clear in effect. */
export const checkVerb: Verb = {
  usage: ["check"],
  options: {},
  run: ({ stack, directory, words }) => {
    if (words.length > 0) throw new Error("check takes no further words");
    return checkKeys({
      ...{ stack, directory, print, environment: process.env, opens: opensSalt },
      state: keyedStack(stack, directory).lockedState,
    });
  },
};
