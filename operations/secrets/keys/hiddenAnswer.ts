import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/**
 * Asks on the terminal without showing what is typed.
 *
 * @throws Error when nobody is at a terminal, or the terminal is closed.
 */
export async function hiddenAnswer(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new Error(`${question}: nobody is at a terminal to be asked`);
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write(`${question}: `);
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once("line", resolve);
      terminal.once("SIGINT", () => {
        terminal.close();
      });
      terminal.once("close", () => {
        reject(new Error("nothing was entered; nothing was touched"));
      });
    });
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
