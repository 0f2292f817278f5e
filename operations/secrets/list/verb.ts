import { print } from "../../arguments";
import type { Verb } from "../verb";
import { list } from "./list";

/** `list`: what the stack's file has of each secret. */
export const listVerb: Verb = {
  usage: ["list"],
  options: {},
  run: ({ stack, directory, words }) => {
    if (words.length > 0) throw new Error("list takes no more words");
    return Promise.resolve(list({ stack, directory, print }));
  },
};
