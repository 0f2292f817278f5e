import { planStack } from "../plan/plan";

/** One measured run: plans the stack `bench` of a folder and prints how many resources it has. */
async function main(directory: string): Promise<void> {
  const { resources } = await planStack("bench", directory);
  process.stdout.write(`${resources.length}\n`);
}

void main(process.argv[2] ?? ".");
