import type { z } from "zod";
import type { Problem } from "./problems";
import type { registries } from "./registriesSchema";

interface RegistryConfig {
  readonly embeddedRegistry: boolean;
  readonly registries: z.output<typeof registries>;
}

/** What k3s would ignore without a word. */
export function registryProblems({ registries: { mirrors, configs } }: RegistryConfig): Problem[] {
  const rewritten = Object.entries(mirrors)
    .filter(
      ([, { endpoints, rewrite }]) => endpoints.length === 0 && Object.keys(rewrite).length > 0,
    )
    .map(([name]) => ({
      path: `k3s.registries.mirrors.${name}.rewrite`,
      message: "rewrites names at endpoints, but there is none: list `endpoints` or remove it",
    }));
  const contradictory = Object.entries(configs)
    .filter(([, { tls }]) => tls.caFile !== undefined && tls.insecureSkipVerify)
    .map(([name]) => ({
      path: `k3s.registries.configs.${name}.tls`,
      message: "a CA to check against and no check at all: drop `insecureSkipVerify` or `caFile`",
    }));
  return [...rewritten, ...contradictory];
}

/** The embedded registry shares images of just those registries that are listed as mirrors. */
export function registryWarnings({ embeddedRegistry, registries }: RegistryConfig): Problem[] {
  if (!embeddedRegistry || Object.keys(registries.mirrors).length > 0) return [];
  return [
    {
      path: "k3s.embeddedRegistry",
      message:
        'shares nothing: list the registries whose images are to be shared, as in k3s.registries.mirrors: { "*": {} }',
    },
  ];
}
