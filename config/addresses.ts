import { isIPv4 } from "node:net";

/** An inclusive range of IPv4 addresses, as 32-bit numbers. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads an IPv4 address.
 *
 * @returns the address as a number, or `undefined` when the text is not an IPv4 address.
 */
export function parseAddress(text: string): number | undefined {
  if (!isIPv4(text)) return undefined;
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Writes a number back as a dotted IPv4 address. */
export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/**
 * Reads a CIDR block (`10.69.1.0/24`) or a dash range (`10.69.1.150-10.69.1.180`), the two forms
 * MetalLB's IPAddressPool takes.
 *
 * @returns the range, or `undefined` when the text is neither.
 * @see https://metallb.universe.tf/configuration/#defining-the-ips-to-assign-to-the-load-balancer-services
 */
export function parseRange(text: string): AddressRange | undefined {
  const cidr = /^([^/]+)\/(\d{1,2})$/.exec(text);
  if (cidr) {
    const base = parseAddress(cidr[1] ?? "");
    const bits = Number(cidr[2]);
    if (base === undefined || bits > 32) return undefined;
    const size = 2 ** (32 - bits);
    const first = Math.floor(base / size) * size;
    return { first, last: first + size - 1 };
  }
  const [from, to, ...rest] = text.split("-").map((part) => parseAddress(part.trim()));
  if (rest.length > 0 || from === undefined || to === undefined || from > to) return undefined;
  return { first: from, last: to };
}

/** Whether the address lies in the range, its ends included. */
export function contains(range: AddressRange, address: number): boolean {
  return address >= range.first && address <= range.last;
}

/** Whether two ranges share an address. */
export function overlaps(left: AddressRange, right: AddressRange): boolean {
  return left.first <= right.last && right.first <= left.last;
}
