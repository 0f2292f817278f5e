import { createInterface } from "node:readline/promises";

/** Asks on the terminal; true when the operator types the word. A closed terminal is no answer. */
export async function typedWord(question: string, word: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<string>((resolve) =>
    terminal.once("close", () => {
      resolve("");
    }),
  );
  try {
    const answer = await Promise.race([terminal.question(`${question} Type ${word}: `), closed]);
    return answer.trim() === word;
  } finally {
    terminal.close();
  }
}
