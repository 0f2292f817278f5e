import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { type SecretTool, type SecretTools, secretTools } from "../../../lab/secretTools";

let known: Promise<SecretTools> | undefined;

/** The programs, which the tier has made by now. */
export function tools(): Promise<SecretTools> {
  known ??= secretTools(() => undefined);
  return known;
}

/** Why programs cannot be had; undefined when all are there. */
export async function missing(needs: readonly SecretTool[]): Promise<string | undefined> {
  const all = await tools();
  const lacking = needs.map((tool) => all[tool]).find((tool) => "missing" in tool);
  return lacking !== undefined && "missing" in lacking ? lacking.missing : undefined;
}

/** The folder of a program, to be put on the PATH. */
export async function folderOf(tool: SecretTool): Promise<string> {
  const found = (await tools())[tool];
  return "path" in found && existsSync(found.path) ? dirname(found.path) : "";
}
