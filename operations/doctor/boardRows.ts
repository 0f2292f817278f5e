import { fail, type HostRow, judged, ok, warn } from "./row";

/** Degrees; a Pi slows down from 80 on and stops at 85. */
const heatLimits = { warn: 75, fail: 80 };

/** Bits of `vcgencmd get_throttled`. @see https://www.raspberrypi.com/documentation/computers/os.html#get_throttled */
const throttledBits = [
  { bit: 0, text: "under-voltage now", now: true },
  { bit: 1, text: "its frequency is capped now", now: true },
  { bit: 2, text: "throttled now", now: true },
  { bit: 3, text: "close to its heat limit now", now: true },
  { bit: 16, text: "under-voltage since boot", now: false },
  { bit: 17, text: "its frequency was capped since boot", now: false },
  { bit: 18, text: "throttled since boot", now: false },
  { bit: 19, text: "at its heat limit since boot", now: false },
] as const;

const supply = "use the official power supply and a short cable; a weak one costs cards their data";

/** How the board is: heat and power. */
export const boardRows: readonly HostRow[] = [
  {
    id: "temperature",
    title: "temperature",
    mend: "give it a heat sink, a fan or a cooler place",
    look: ({ celsius }) =>
      celsius === undefined ? undefined : judged(celsius, heatLimits, `${celsius.toFixed(0)} °C`),
  },
  {
    id: "throttled",
    title: "runs at full speed",
    mend: "give it a heat sink, a fan or a cooler place",
    look: ({ throttled }) => {
      if (throttled === undefined) return undefined;
      const set = throttledBits.filter(({ bit }) => ((throttled >> bit) & 1) === 1);
      if (set.length === 0) return ok("never throttled since boot");
      const text = set.map((one) => one.text).join(", ");
      const mend = set.some(({ bit }) => bit === 0 || bit === 16) ? supply : undefined;
      return set.some(({ now }) => now) ? fail(text, mend) : warn(text, mend);
    },
  },
  {
    id: "power",
    title: "voltage",
    mend: supply,
    look: ({ kernel }) => {
      if (kernel === undefined) return undefined;
      const { undervoltage } = kernel;
      return undervoltage === 0
        ? ok("no under-voltage since boot")
        : warn(`under-voltage ${undervoltage} times since boot`);
    },
  },
];
