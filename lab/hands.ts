import { runCommand } from "../operations/arguments";
import { boot, wipe } from "./hosts";

/** What hands do, by the verb a drill asks for. */
const deeds = { reflash: wipe, "power-on": boot } as const;

runCommand(async ([verb = "", name = ""]) => {
  const deed = deeds[verb as keyof typeof deeds] as (typeof deeds)["reflash"] | undefined;
  if (deed === undefined || name === "") throw new Error("usage: hands.sh reflash|power-on HOST");
  await deed(process.env["BRAMBLE_LAB"] ?? "", name);
  return 0;
});
