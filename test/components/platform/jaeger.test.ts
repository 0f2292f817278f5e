import assert from "node:assert/strict";
import {
  jaegerConfig,
  jaegerScrape,
  jaegerService,
  tracingAddresses,
} from "../../../components/platform/jaeger";
import { dataSources } from "../../../components/platform/dataSources";
import {
  renderClaim,
  renderConfigMap,
  renderDeployment,
  renderService,
  renderServiceAccount,
} from "../../../components/service/render";
import { matchesGoldenYaml } from "../../support/golden";

const settings = { retention: "72h", storage: "5Gi" };
const service = jaegerService(settings);

describe("the trace store", () => {
  it("is made of the reviewed objects", () => {
    matchesGoldenYaml("platform/jaeger-config.yaml", jaegerConfig(settings));
    matchesGoldenYaml("platform/jaeger.yaml", [
      renderServiceAccount(service),
      renderClaim(service),
      renderDeployment(service),
      renderService(service),
    ]);
  });

  it("forgets traces at the age asked for, in a unit that Go knows", () => {
    for (const [retention, ttl] of [
      ["48h", "48h"],
      ["3d", "72h"],
      ["2w", "336h"],
    ] as const) {
      const { badger } = jaegerConfig({ ...settings, retention }).extensions.jaeger_storage
        .backends;
      assert.equal(badger.badger.ttl.spans, ttl);
      assert.equal(badger.badger.ephemeral, false, "a restart would lose every trace");
    }
  });

  it("answers on every address that others are told, and keeps its data on the volume", () => {
    const numbers = new Map(
      renderService(service).spec.ports.map(({ name, port }) => [name, port]),
    );
    const { otlpGrpc, otlpHttp, query } = tracingAddresses;
    assert.match(otlpGrpc, new RegExp(`:${String(numbers.get("otlp-grpc"))}$`));
    assert.match(otlpHttp, new RegExp(`:${String(numbers.get("otlp-http"))}$`));
    assert.match(query, new RegExp(`:${String(numbers.get("query"))}$`));
    assert.ok(numbers.has(jaegerScrape.port));
    const { keys, values } =
      jaegerConfig(settings).extensions.jaeger_storage.backends.badger.badger.directories;
    for (const path of [keys, values]) assert.ok(path.startsWith(`${service.data?.path ?? ""}/`));
  });

  it("restarts for a changed configuration and for nothing else", () => {
    const digest = (retention: string) =>
      renderDeployment(jaegerService({ ...settings, retention })).spec.template.metadata
        .annotations["checksum/config"];
    assert.equal(digest("72h"), digest("3d"));
    assert.notEqual(digest("72h"), digest("96h"));
    assert.ok("config.yaml" in renderConfigMap(service).data);
  });
});

describe("Grafana's data sources", () => {
  const lokiUrl = "http://loki:3100";
  const tracesUrl = "http://jaeger:16686";

  it("lead from a line to its trace and from a span to its lines", () => {
    const [logs, traces] = dataSources({ lokiUrl, tracesUrl });
    const text = JSON.stringify([logs, traces]);
    assert.match(text, /"datasourceUid":"jaeger"/);
    assert.match(text, /"tracesToLogsV2":\{"datasourceUid":"loki"/);
  });

  it("find a trace's id as apps write it", () => {
    const id = "4bf92f3577b34da6a3ce929d0e0e4736";
    const [logs] = dataSources({ lokiUrl, tracesUrl });
    const fields = (logs?.jsonData as { derivedFields: { matcherRegex: string }[] }).derivedFields;
    // As Grafana does it, in the browser.
    const pattern = new RegExp(fields[0]?.matcherRegex ?? "");
    for (const line of [
      `level=info traceID=${id} msg="done"`,
      `{"level":"info","trace_id":"${id}"}`,
      `[main] TraceId: ${id} ok`,
    ]) {
      assert.equal(pattern.exec(line)?.[1], id, line);
    }
  });

  it("lead nowhere where the other is missing", () => {
    assert.doesNotMatch(JSON.stringify(dataSources({ lokiUrl })), /jaeger/);
    assert.doesNotMatch(JSON.stringify(dataSources({ tracesUrl })), /loki/);
    assert.deepEqual(dataSources({}), []);
  });
});
