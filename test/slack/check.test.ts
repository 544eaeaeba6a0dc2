import { afterEach, expect, it } from "vitest";
import { REQUIRED_SCOPES } from "../../src/channels/slack/check.ts";
import { checkSlackSocket } from "../../src/channels/slack/check-socket.ts";
import { HELP, type SlackBench, startSlackBench, TRIAGE } from "../helpers/slack.ts";

let bench: SlackBench | undefined;
afterEach(() => bench?.close());

it("names the workspace when all is well", async () => {
  bench = await startSlackBench({ standIn: { scopes: [...REQUIRED_SCOPES] } });
  expect(await bench.channel.check()).toEqual({ ok: true, team: "Stand-in" });
});

it("says which permissions are missing", async () => {
  bench = await startSlackBench({
    standIn: { scopes: REQUIRED_SCOPES.filter((scope) => scope !== "files:read") },
  });
  expect(await bench.channel.check()).toMatchObject({
    ok: false,
    problem: expect.stringContaining("files:read"),
  });
});

it("says what to do about a wrong token", async () => {
  bench = await startSlackBench({ channel: { botToken: "xoxb-wrong" } });
  const answer = await bench.channel.check();
  expect(answer).toMatchObject({
    ok: false,
    kind: "refused",
    fix: expect.stringContaining("SLACK_BOT_TOKEN"),
  });
  expect(JSON.stringify(answer)).not.toContain("xoxb-wrong");
});

it.each([
  ["the bot is not in it", { isMember: false }, /not in the Slack channel #triage/, /\/invite/],
  ["it is archived", { isArchived: true }, /archived/, /Unarchive/],
])("says what to do about a channel where %s", async (_what, state, problem, fix) => {
  const channels = [
    { id: HELP, name: "help" },
    { id: TRIAGE, name: "triage", ...state },
  ];
  bench = await startSlackBench({ standIn: { channels } });
  expect(await bench.channel.check()).toEqual({
    ok: false,
    kind: "incomplete",
    problem: expect.stringMatching(problem),
    fix: expect.stringMatching(fix),
  });
});

it("says what to do about a channel that Slack does not know", async () => {
  bench = await startSlackBench({ channel: { supportChannels: ["C0TYPO"] } });
  expect(await bench.channel.check()).toMatchObject({
    ok: false,
    problem: expect.stringContaining("C0TYPO"),
    fix: expect.stringContaining("SLACK_SUPPORT_CHANNELS"),
  });
});

it("says what to do when Slack cannot be reached", async () => {
  bench = await startSlackBench({ channel: { slackApiUrl: "http://127.0.0.1:9/api/" } });
  expect(await bench.channel.check()).toMatchObject({
    ok: false,
    kind: "unreachable",
    fix: expect.stringContaining("SLACK_API_URL"),
  });
});

it("names the workspace that messages are recorded under", async () => {
  bench = await startSlackBench();
  expect(await bench.channel.readTeamId()).toBe("T0STANDIN");
});

it("says what to do about a wrong token of Socket Mode", async () => {
  bench = await startSlackBench({ standIn: { transport: "socket" } });
  const { slack, log } = bench;
  const settings = { slackApiUrl: slack.url, log };
  expect(await checkSlackSocket({ ...settings, appToken: slack.appToken })).toEqual({ ok: true });
  expect(await checkSlackSocket({ ...settings, appToken: "xapp-wrong" })).toMatchObject({
    ok: false,
    fix: expect.stringContaining("SLACK_APP_TOKEN"),
  });
});
