import { z } from "zod";
import { shown } from "./fields";

const hoursIn: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168 };

const example = "such as 72h, 10d or 4w, at least 24h";

/** How long a store keeps data: hours, days or weeks. Loki refuses less than a day. */
export const keptFor = z
  .string()
  .refine(
    (text) => {
      const [, number, unit = ""] = /^(\d+)([hdw])$/.exec(text) ?? [];
      return Number(number) * (hoursIn[unit] ?? 0) >= 24;
    },
    { error: (issue) => `${shown(issue.input)} is not how long to keep data (${example})` },
  )
  .meta({ expected: `a time (${example})` });
