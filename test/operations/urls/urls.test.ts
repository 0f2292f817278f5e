import assert from "node:assert/strict";
import { parseConfig } from "../../../config/parse";
import { renderHosts, renderUrls, served, type Served } from "../../../operations/urls/urls";
import { ownCluster } from "../../support/program";

function servedBy(sections: object): Served {
  const { config, problems } = parseConfig({ ...ownCluster, ...sections });
  assert.ok(config, JSON.stringify(problems));
  return served(config) ?? assert.fail("nothing is served");
}

describe("npm run urls", () => {
  it("tells each address, who asks there, and the one record that DNS needs", () => {
    const text = renderUrls("home", servedBy({}));
    assert.match(text, /^grafana +https:\/\/grafana\.bramble\.home\.arpa\/ +its own log-in/m);
    assert.match(text, /^prometheus +https:\/\/prometheus\.bramble\.home\.arpa\/ +the gate/m);
    assert.match(text, /^plex +https:\/\/plex\.bramble\.home\.arpa\/web /m);
    assert.match(text, /one record \*\.bramble\.home\.arpa A 10\.69\.1\.150$/m);
    assert.match(
      text,
      /user admin, password by `npm run --silent secrets -- home show ingressPassword/,
    );
  });

  it("tells how to trust the private authority, and nothing of it where a public one signs", () => {
    assert.match(renderUrls("home", servedBy({})), /get secret bramble-ca/);
    const certManager = { issuer: "letsencrypt-production", email: "me@example.org" };
    const network = { ...ownCluster.network, domain: "home.example.org" };
    const text = renderUrls("home", servedBy({ network, platform: { certManager } }));
    assert.doesNotMatch(text, /bramble-ca/);
  });

  it("writes lines for /etc/hosts, or says why it cannot", () => {
    assert.match(renderHosts(servedBy({})), /^10\.69\.1\.150 grafana\.bramble\.home\.arpa$/m);
    const network = { pools: ownCluster.network.pools };
    assert.throws(() => renderHosts(servedBy({ network })), /network\.ingressAddress: is not set/);
  });
});
