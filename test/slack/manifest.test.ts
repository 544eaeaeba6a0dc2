import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { REQUIRED_SCOPES } from "../../src/channels/slack/check.ts";
import { MAKE_TICKET } from "../../src/channels/slack/listeners/shortcuts/make-ticket.ts";

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
    "app_home_opened",
    "app_mention",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "group_archive",
    "group_deleted",
    "group_left",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
  ]);
});

it("has the menu entry and the command that are listened to", () => {
  expect(lines.map((line) => line.trim())).toEqual(
    expect.arrayContaining([`callback_id: ${MAKE_TICKET}`, "- command: /ticket"]),
  );
});

it("sends events, clicks and commands to the one path that the API mounts", () => {
  const urls = lines.filter((line) => line.trim().startsWith("request_url:"));
  const commands = lines.filter((line) => /^\s+url:/.test(line)).map((line) => line.split("url:")[1]);
  expect([urls.length, commands.length]).toEqual([2, 1]);
  for (const address of [...urls.map((line) => line.split("request_url:")[1]), ...commands]) {
    expect(new URL(address?.trim() ?? "").pathname).toBe("/api/slack/events");
  }
});
