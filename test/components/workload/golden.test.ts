import { mediaAppNames } from "../../../catalogue/apps/names";
import { mediaClaims, mediaStackSettings } from "../../../components/workload/mediaSettings";
import { renderDeployment } from "../../../components/workload/renderDeployment";
import { renderNetworkPolicy } from "../../../components/workload/renderNetworkPolicy";
import { renderService } from "../../../components/workload/renderService";
import { renderServiceAccount } from "../../../components/workload/renderServiceAccount";
import {
  renderClaim,
  renderCommonConfig,
  renderDefaultDeny,
  renderNamespace,
  renderSecretShell,
} from "../../../components/workload/renderShared";
import { matchesGoldenYaml } from "../../support/golden";
import { appSettings, mediaConfig } from "../../support/media";

describe("rendered manifests of the media stack", () => {
  for (const name of mediaAppNames) {
    it(`${name} is as reviewed`, () => {
      const app = appSettings(name);
      matchesGoldenYaml(`media/${name}/deployment.yaml`, renderDeployment(app));
      matchesGoldenYaml(`media/${name}/service.yaml`, renderService(app));
      matchesGoldenYaml(`media/${name}/network-policy.yaml`, renderNetworkPolicy(app));
      matchesGoldenYaml(`media/${name}/service-account.yaml`, renderServiceAccount(app));
    });
  }

  it("what the apps share is as reviewed", () => {
    const media = mediaConfig();
    const stack = mediaStackSettings(media);
    matchesGoldenYaml("media/shared/namespace.yaml", renderNamespace(stack));
    matchesGoldenYaml("media/shared/config-map.yaml", renderCommonConfig(stack));
    matchesGoldenYaml("media/shared/secret.yaml", renderSecretShell(stack));
    matchesGoldenYaml("media/shared/network-policy.yaml", renderDefaultDeny(stack));
    for (const claim of mediaClaims(media)) {
      matchesGoldenYaml(`media/shared/${claim.name}.yaml`, renderClaim(stack, claim));
    }
  });

  it("the variants are as reviewed", () => {
    const seerr = appSettings("overseerr", mediaConfig({ requestManager: "seerr" }));
    matchesGoldenYaml("media/variants/seerr.yaml", renderDeployment(seerr));

    const apps = { plex: { enabled: false }, overseerr: { enabled: false } };
    const restricted = appSettings("radarr", mediaConfig({ podSecurity: "restricted", apps }));
    matchesGoldenYaml("media/variants/radarr-restricted.yaml", renderDeployment(restricted));

    const unaddressed = appSettings("radarr", mediaConfig({ apps: {} }));
    matchesGoldenYaml("media/variants/radarr-cluster-ip.yaml", renderService(unaddressed));
    matchesGoldenYaml(
      "media/variants/radarr-cluster-ip-policy.yaml",
      renderNetworkPolicy(unaddressed),
    );
  });
});
