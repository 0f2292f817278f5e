import assert from "node:assert/strict";
import { dashboards } from "../../../catalogue/dashboards/all";
import { renderDashboard } from "../../../components/platform/renderDashboard";
import { matchesGolden } from "../../support/golden";

const all = dashboards({ ingress: true, logging: true, mediaNamespace: "media" });

interface Placed {
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
}

describe("the dashboards", () => {
  for (const dashboard of all) {
    const rendered = renderDashboard(dashboard);

    it(`${dashboard.uid} is the reviewed one`, () => {
      matchesGolden(
        `platform/dashboards/${dashboard.uid}.json`,
        `${JSON.stringify(rendered, null, 2)}\n`,
      );
    });

    it(`${dashboard.uid} has no two panels in one place`, () => {
      const taken = new Map<string, string>();
      for (const { title, gridPos } of rendered.panels as Placed[]) {
        assert.ok(gridPos.x + gridPos.w <= 24, title);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            const place = `${String(x)},${String(y)}`;
            assert.equal(taken.get(place), undefined, `${title} at ${place}`);
            taken.set(place, title);
          }
        }
      }
    });
  }

  it("have addresses and titles of their own", () => {
    for (const of of ["uid", "title"] as const) {
      assert.equal(new Set(all.map((dashboard) => dashboard[of])).size, all.length);
    }
  });

  it("leave out what a stack does not have", () => {
    const few = dashboards({ ingress: false, logging: false });
    assert.deepEqual(
      few.map(({ uid }) => uid),
      ["bramble-cluster", "bramble-hosts", "bramble-checks"],
    );
  });
});
