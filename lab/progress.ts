/** One piece of work that is under way. */
export interface Work {
  /** Its latest word, shown while it lasts. */
  note(text: string): void;
  /** Ends it; with a text that is one line of the output, without it leaves no line. */
  end(text?: string): void;
}

/** What a person sees while the lab works. */
export interface Progress {
  say(text: string): void;
  begin(name: string): Work;
  /** Whole seconds since the start. */
  elapsed(): number;
  close(): void;
}

const width = 118;
const silenceSeconds = 10;

/** One line of printable characters, at most `length` long. */
export function oneLine(text: string, length: number): string {
  const line = text.replace(/[^\P{Cc}]+/gu, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/**
 * Shows lines with the seconds since `started`. Between them a terminal shows what is under way and
 * for how long, every second; anything else gets such a line after ten seconds of silence.
 */
export function createProgress(started: number, out: NodeJS.WriteStream): Progress {
  const underWay = new Map<object, { name: string; since: number; latest: string }>();
  let lastPrinted = Date.now();

  const elapsed = (): number => Math.round((Date.now() - started) / 1000);
  const stamp = (): string => `${String(elapsed()).padStart(4)} s  `;
  const erase = (): string => (out.isTTY ? "\r\x1b[K" : "");
  const status = (): string => {
    const oldestFirst = [...underWay.values()].sort((a, b) => a.since - b.since);
    const items = oldestFirst.slice(0, 4).map(({ name, since, latest }) => {
      const seconds = `${String(Math.round((Date.now() - since) / 1000))} s`;
      return latest === "" ? `${name} ${seconds}` : `${name} ${seconds} (${latest})`;
    });
    const more =
      oldestFirst.length > items.length ? [`${oldestFirst.length - items.length} more`] : [];
    return `${stamp()}… ${oneLine([...items, ...more].join(", "), width - 10)}`;
  };
  const say = (text: string): void => {
    out.write(`${erase()}${stamp()}${text}\n`);
    lastPrinted = Date.now();
  };

  const ticker = setInterval(() => {
    if (underWay.size === 0) return;
    if (out.isTTY) {
      out.write(`${erase()}${status()}`);
    } else if (Date.now() - lastPrinted >= silenceSeconds * 1000) {
      out.write(`${status()}\n`);
      lastPrinted = Date.now();
    }
  }, 1000);
  ticker.unref();

  return {
    say,
    elapsed,
    begin(name) {
      const entry = { name, since: Date.now(), latest: "" };
      underWay.set(entry, entry);
      return {
        note: (text) => {
          entry.latest = oneLine(text, 60);
        },
        end: (text) => {
          underWay.delete(entry);
          if (text !== undefined) say(text);
        },
      };
    },
    close() {
      clearInterval(ticker);
      out.write(erase());
    },
  };
}
