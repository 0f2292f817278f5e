import type { InventoryName } from "../../../config/inventory";

/** Where the stack's file notes since when a secret is in use. */
export function datePath(name: InventoryName): string {
  return `secrets.rotated.${name}`;
}

/** A moment as the stack's file notes it. */
export function noted(moment: Date): string {
  return moment.toISOString().replace(/\.\d+Z$/, "Z");
}
