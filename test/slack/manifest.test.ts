import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { REQUIRED_SCOPES } from "../../src/channels/slack/check.ts";

const lines = readFileSync(new URL("../../slack-manifest.yaml", import.meta.url), "utf8").split("\n");

/** The items of the list under a key. */
function listUnder(key: string): string[] {
  const start = lines.findIndex((line) => line.trim() === `${key}:`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !line.trim().startsWith("- "));
  return rest.slice(0, end).map((line) => line.trim().slice(2).replace(/ #.*$/, ""));
}

it("asks for the scopes that the doctor checks, and for no others", () => {
  expect(listUnder("bot")).toEqual([...REQUIRED_SCOPES]);
});

it("subscribes to the events that have listeners", () => {
  expect(listUnder("bot_events")).toEqual([
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
  ]);
});

it("sends events and clicks to the one path that the API mounts", () => {
  const urls = lines.filter((line) => line.trim().startsWith("request_url:"));
  expect(urls).toHaveLength(2);
  for (const line of urls)
    expect(new URL(line.split("request_url:")[1]?.trim() ?? "").pathname).toBe("/api/slack/events");
});
