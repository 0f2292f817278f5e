const factors: Readonly<Record<string, number>> = {
  ...{ "": 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/**
 * A Kubernetes quantity as a number: cores, or bytes.
 *
 * @throws Error on text that is none.
 */
export function quantityOf(text: string | number): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(String(text)) ?? [];
  const factor = factors[unit];
  if (digits === "" || factor === undefined) throw new Error(`${text} is no quantity`);
  return Number(digits) * factor;
}

/** Cores in thousandths: `150m`. */
export function shownCpu(cores: number): string {
  return `${String(Math.round(cores * 1000))}m`;
}

/** Bytes in MiB: `384Mi`. */
export function shownMemory(bytes: number): string {
  return `${String(Math.round(bytes / 2 ** 20))}Mi`;
}
