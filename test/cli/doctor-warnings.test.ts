/** `deskhand doctor` on settings that do nothing, and on answers that wait for a channel. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

async function examine(env: Record<string, string>) {
  const lines: string[] = [];
  const status = await runCli(["doctor", "--json"], {
    env: { DATABASE_URL: db.url, LOG_LEVEL: "silent", ...env },
    print: (text) => void lines.push(text),
    say: () => {},
  });
  const { checks } = JSON.parse(lines.join("")) as {
    checks: { name: string; state: string; detail: string }[];
  };
  return { status, checks };
}

it("tells of settings without effect and of names that are none, as odd and no failure", async () => {
  const { status, checks } = await examine({ SMTP_CONNECTIONS: "9", IMAP_HOST: "imap.example.com" });
  expect(status).toBe(0);
  expect(checks.filter(({ name }) => name === "settings")).toEqual([
    {
      name: "settings",
      state: "odd",
      detail: "SMTP_CONNECTIONS has no effect: SMTP_URL is not set, so no mail leaves.",
    },
    {
      name: "settings",
      state: "odd",
      detail:
        "IMAP_HOST is not a setting. Did you mean IMAP_URL? Its form: imaps://user:password@host:993/INBOX",
    },
  ]);
});

it("counts the answers that are kept for a channel", async () => {
  const [user] = await db.sql<{ id: string }[]>`
    insert into users (email, name, role) values ('mina@desk.example', 'Mina', 'moderator') returning id`;
  const mina = { kind: "moderator", userId: user?.id ?? "", name: "Mina", via: "api" } as const;
  const { ticket } = await recordInbound(db.sql, SETTINGS, mail());
  await queueReply(db.sql, { ...SETTINGS, channelsOff: ["email"] }, mina, ticket?.id ?? "", "Kept.");
  const { checks } = await examine({});
  expect(checks.find(({ name }) => name === "mail out")).toEqual({
    name: "mail out",
    state: "off",
    detail: "set SMTP_URL to switch it on; 1 answer is kept for it",
  });
});
