import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkImap } from "../../src/channels/email/imap/client.ts";
import type { MailboxSettings } from "../../src/channels/email/imap/mailbox-url.ts";
import { createMemoryTokenStore, createTokenSource } from "../../src/channels/email/oauth/token-source.ts";
import { until } from "../helpers/mailbox.ts";
import { TokenEndpoint } from "../helpers/token-endpoint.ts";
import { mail, WatchBench, watching } from "../helpers/watch-bench.ts";

let endpoint: TokenEndpoint;
let bench: WatchBench;
beforeEach(async () => {
  endpoint = await TokenEndpoint.start();
  bench = await WatchBench.start({ oauth: true });
  endpoint.onIssued = (token) => bench.server.acceptToken(token);
});
afterEach(async () => {
  await bench.stop();
  await endpoint.stop();
});

function settings(): MailboxSettings {
  const oauth = endpoint.settings({ provider: "microsoft" });
  const tokens = createTokenSource({ settings: oauth, name: "support", store: createMemoryTokenStore() });
  return { ...bench.server.settings, password: "", oauth, tokens };
}

describe("a mailbox that signs in by OAuth2", () => {
  it("is read by XOAUTH2, without a password", async () => {
    bench.server.append(mail("by token"));
    bench.watch({ settings: settings() });
    await bench.recorded(1);
    expect(bench.server.commands.some((command) => command.startsWith("AUTHENTICATE XOAUTH2"))).toBe(true);
    expect(bench.server.commands.some((command) => command.startsWith("LOGIN"))).toBe(false);
  });

  it("uses its token for the next connection too, and a fresh one once the server refuses it", async () => {
    const one = bench.watch({ settings: settings() });
    await watching(one);
    bench.server.dropConnections();
    bench.server.append(mail("same token"));
    await bench.recorded(1);
    expect(endpoint.requests).toHaveLength(1);
    bench.server.acceptToken("revoked by the provider");
    bench.server.dropConnections();
    bench.server.append(mail("fresh token"));
    await bench.recorded(2);
    expect(endpoint.requests).toHaveLength(2);
    expect(bench.alerts).toEqual([]);
  });

  it("says that its token is dead at once, names the fix, and goes on by itself when it is cured", async () => {
    endpoint.accepted = new Set();
    const one = bench.watch({ settings: settings(), timings: { loginRetryMs: 30, alertAfterMs: 3_600_000 } });
    await until(() => bench.alerts.length > 0, "an alert");
    expect(bench.alerts[0]).toMatchObject({
      kind: "dead-token",
      problem: expect.stringMatching(/support@desk\.example cannot sign in: .*invalid_grant, AADSTS700082/),
      fix: expect.stringMatching(/IMAP_OAUTH_REFRESH_TOKEN/),
    });
    expect(JSON.stringify([bench.alerts, one.status()])).not.toMatch(/refresh-0|client-secret|ada@customer/);
    await until(() => endpoint.requests.length >= 3, "it is tried again");
    expect(bench.alerts).toHaveLength(1);
    endpoint.accepted = null;
    bench.server.append(mail("after the cure"));
    await bench.recorded(1);
    expect(bench.alerts.map(({ kind }) => kind)).toEqual(["dead-token", "recovered"]);
  });

  it("waits out a token endpoint that is away, and tells only when it lasts", async () => {
    endpoint.answer = () => ({ status: 503, body: "later" });
    bench.watch({ settings: settings() });
    await until(() => endpoint.requests.length >= 3, "three tries");
    expect(bench.alerts).toEqual([]);
    endpoint.answer = () => null;
    bench.server.append(mail("it is back"));
    await bench.recorded(1);
  });

  it("tells a refused mailbox from a dead token: a fresh token does not let it in", async () => {
    endpoint.onIssued = () => {};
    bench.watch({ settings: settings(), timings: { loginRetryMs: 30 } });
    await until(() => bench.alerts.length > 0, "an alert");
    expect(bench.alerts[0]).toMatchObject({
      kind: "bad-login",
      problem: expect.stringMatching(/refused a fresh access token of support@desk\.example/),
      fix: expect.stringMatching(/IMAP\.AccessAsUser\.All/),
    });
  });

  it("does not stop another mailbox", async () => {
    endpoint.accepted = new Set();
    const other = await WatchBench.start();
    try {
      bench.watch({ settings: settings() });
      other.watch();
      await until(() => bench.alerts.length > 0, "an alert");
      other.server.append(mail("the other one"));
      await other.recorded(1);
    } finally {
      await other.stop();
    }
  });
});

describe("checkImap", () => {
  it("names a dead token with the fix, as the doctor shows it", async () => {
    endpoint.accepted = new Set();
    expect(await checkImap(settings())).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/invalid_grant/),
      fix: expect.stringMatching(/sign in again/),
    });
  });

  it("says that a server takes no OAuth2", async () => {
    const plain = await WatchBench.start();
    try {
      const check = await checkImap({ ...plain.server.settings, password: "", ...pick(settings()) });
      expect(check).toMatchObject({ ok: false, problem: expect.stringMatching(/does not take OAuth2/) });
    } finally {
      await plain.stop();
    }
  });
});

const pick = ({ oauth, tokens }: MailboxSettings) => ({
  ...(oauth === undefined ? {} : { oauth }),
  ...(tokens === undefined ? {} : { tokens }),
});
