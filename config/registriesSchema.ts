import { z } from "zod";
import { httpUrl, registryName } from "./fields";

const mirror = z.strictObject({
  endpoints: z
    .array(httpUrl)
    .default([])
    .describe(
      "Where images of this registry are asked for first, in this order. Empty: other nodes only, with `embeddedRegistry`.",
    ),
  rewrite: z
    .record(z.string(), z.string())
    .default({})
    .describe("Patterns of image names at the endpoints, and what takes their place."),
});

const access = z.strictObject({
  tls: z
    .strictObject({
      caFile: z
        .string()
        .min(1)
        .optional()
        .describe("PEM file on this machine with the CA to trust; copied to every host."),
      insecureSkipVerify: z.boolean().default(false).describe("Accept any certificate."),
    })
    .prefault({})
    .describe("How the registry's certificate is checked."),
  auth: z
    .boolean()
    .default(false)
    .describe("Log in with this registry's entry of the secret `registryCredentials`."),
});

/**
 * Where nodes pull images from: `bramble:k3s.registries`.
 *
 * @see https://docs.k3s.io/installation/private-registry
 */
export const registries = z.strictObject({
  mirrors: z
    .record(registryName, mirror)
    .default({})
    .describe('Mirrors by registry, such as `docker.io`; `"*"` stands for every registry.'),
  configs: z
    .record(registryName, access)
    .default({})
    .describe(
      "Certificates and log-in by the host of an endpoint, its port included: `registry.lan:5000`.",
    ),
});
