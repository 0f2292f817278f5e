/** Dates since when values are in use, by secret: a value is made anew when its date changes. */
export type InUseSince = Readonly<Record<string, string | undefined>>;

/**
 * What a generated value is made anew for.
 *
 * @param since its date. Without one there is no keeper for it: values of stacks that never rotated
 * stay what they are.
 * @param others keepers it has in any case.
 * @returns nothing where there is no keeper at all, as before there were any.
 */
export function keepersOf(
  since: string | undefined,
  others: Readonly<Record<string, string>> = {},
): { readonly keepers?: Record<string, string> } {
  const keepers = { ...others, ...(since === undefined ? {} : { rotated: since }) };
  return Object.keys(keepers).length === 0 ? {} : { keepers };
}
