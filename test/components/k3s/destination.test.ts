import assert from "node:assert/strict";
import { type Destination, renderDestination } from "../../../components/k3s/destination";

const render = (destination: Destination) =>
  renderDestination({ destination, cluster: "home", retention: 7 });

describe("renderDestination", () => {
  it("writes one key a line, and leaves out what is not set", () => {
    const s3 = { endpoint: "https://s3.lan", bucket: "b", region: "r", pathStyle: true } as const;
    assert.equal(
      render({ kind: "s3", ...s3 }),
      "cluster=home\nretention=7\nkind=s3\nendpoint=https://s3.lan\nbucket=b\nregion=r\npathStyle=true\n",
    );
  });

  it("pins the key of an SSH machine without its comment", () => {
    const ssh = { host: "nas", port: 22, user: "copies", path: "/copies" } as const;
    assert.match(
      render({ kind: "ssh", ...ssh, hostKey: " ssh-ed25519 AAAA root@nas " }),
      /^hostKey=ssh-ed25519 AAAA$/m,
    );
  });
});
