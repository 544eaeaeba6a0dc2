/** Random but repeatable contents of cards, forms and homes: hostile, huge, empty, in any script. */

import { DEADLINE_KINDS } from "../../src/core/sla.ts";
import type { AssignForm, DeclineForm, ReplyForm } from "../../src/core/slack-actions.ts";
import type { ConversationPage, Home, HomeTicket, TicketCardView } from "../../src/core/slack-views.ts";
import { CHANNELS, PRIORITIES, TICKET_STATUSES } from "../../src/core/ticket.ts";

export interface Random {
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  chance(of: number): boolean;
  text(longest: number): string;
  list<T>(most: number, make: () => T): T[];
}

const SNIPPETS = [
  "<!channel>",
  "<!here|here>",
  "<@U0EVA>",
  "<@U123ABC|eva>",
  "<#C0HELP>",
  "<!subteam^S1|@all>",
  "<!date^1|{date}|now>",
  "<https://evil.example|bank>",
  "& co",
  "&amp; &lt; &gt;",
  "*bold* _it_ ~gone~ `code` ```block```",
  ":tada: :rotating_light:",
  "> quoted\n>>> more",
  "\n\n\n",
  "\u0000\u0007\u001b[31m",
  "\r\nX-Header: 1",
  "\u202eevil\u202c",
  "👩‍👩‍👧‍👦🇩🇪",
  "e\u0301\u0301\u0301",
  "\ud800",
  "パスワードを忘れました",
  "لا أستطيع تسجيل الدخول",
  "word",
  "https://example.com/a?b=c&d=e",
  '"quoted" {"json": [1]}',
  "x".repeat(300),
  " ",
];

/** mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const chance = (of: number) => next() < of;
  function text(longest: number): string {
    if (chance(0.08)) return "";
    const length = chance(0.2) ? longest : below(Math.min(longest, 200)) + 1;
    let written = "";
    while (written.length < length) written += `${pick(SNIPPETS)}${chance(0.5) ? " " : ""}`;
    return written.slice(0, length);
  }
  const list = <T>(most: number, make: () => T): T[] => Array.from({ length: below(most + 1) }, make);
  return { below, pick, chance, text, list };
}

const date = (random: Random) => new Date(1_790_000_000_000 + random.below(1_000_000_000));
const uuid = (random: Random) =>
  `0b7e5c1e-0000-4000-8000-${String(random.below(1_000_000_000)).padStart(12, "0")}`;

export function randomCard(random: Random): TicketCardView {
  const categories = random.list(130, () => random.text(120));
  return {
    ticketId: uuid(random),
    number: random.below(1_000_000_000),
    title: random.text(5_000),
    status: random.pick(TICKET_STATUSES),
    priority: random.pick(PRIORITIES),
    category: random.pick([null, random.text(200), random.pick(["", ...categories])]),
    summary: random.text(9_000),
    helpfulNotes: random.text(9_000),
    relatedSkills: random.list(200, () => random.text(100)),
    confidence: random.pick([null, 0, 0.5, 1]),
    source: random.pick([null, "gemini", "local", "person"]),
    provisional: random.chance(0.5),
    evidence: random.list(30, () => ({
      field: random.pick(["category", "priority", "skills", "helpfulNotes"] as const),
      quote: random.text(4_000),
      value: random.text(300),
    })),
    guesses: random.list(4, () => random.pick(["category", "priority", "skills", "helpfulNotes"] as const)),
    suspicious: random.list(8, () => random.text(4_000)),
    requester: { name: random.text(1_000), channel: random.pick(CHANNELS) },
    assignee: random.pick([
      null,
      { name: random.text(500), slackUserId: random.pick([null, "U0ADA", "U1> <!channel"]) },
    ]),
    whyAssignee: random.text(5_000),
    messageCount: random.below(10_000),
    setByPerson: random.list(3, () => random.pick(["category", "priority", "skills"])),
    latest: random.pick([null, { authorName: random.text(500), text: random.text(9_000), at: date(random) }]),
    alarms: random.list(12, () => random.text(3_000)),
    similar: random.list(6, () => ({
      number: random.below(9_999),
      title: random.text(1_000),
      answer: random.text(2_000),
    })),
    pendingReply: random.pick([
      null,
      { deliveryId: uuid(random), authorName: random.text(500), leavesAt: date(random) },
    ]),
    categories,
    url: null,
  };
}

export function randomReplyForm(random: Random): ReplyForm {
  return {
    ticketId: uuid(random),
    number: random.below(1_000_000),
    title: random.text(5_000),
    draft: random.text(9_000),
    draftFrom: random.pick(["suggestion", "taken-back", "nothing"]),
    channel: random.pick(CHANNELS),
    audience: {
      to: random.list(60, () => random.text(300)),
      cc: random.list(60, () => random.text(300)),
      slackChannel: random.pick([null, "C0HELP", "D0EVA", "C1> <!channel"]),
      key: "k".repeat(32),
    },
    latest: random.pick([
      null,
      { messageId: uuid(random), authorName: random.text(500), text: random.text(9_000), at: date(random) },
    ]),
    warnings: random.list(40, () => random.text(4_000)),
    undoSeconds: random.pick([0, 20, 3600]),
  };
}

export function randomAssignForm(random: Random): AssignForm {
  return {
    number: random.below(9_999),
    title: random.text(4_000),
    people: random.list(250, () => ({
      userId: uuid(random),
      name: random.text(300),
      fit: random.pick(["2/3 skills · 10/10 open · away", "0/1000 open", random.text(90)]),
    })),
  };
}

export function randomDeclineForm(random: Random): DeclineForm {
  return { number: 7, title: random.text(4_000), skills: random.list(60, () => random.text(200)) };
}

export function randomConversation(random: Random): ConversationPage {
  return {
    number: random.below(9_999),
    title: random.text(4_000),
    omitted: random.pick([0, 1, 400]),
    url: random.pick([null, "https://desk.example/tickets/1"]),
    messages: random.list(random.pick([3, 80]), () => ({
      authorName: random.text(500),
      kind: random.pick(["message", "reply", "note", "acknowledgement", "notice"] as const),
      channel: random.pick(CHANNELS),
      at: date(random),
      text: random.text(random.pick([500, 20_000])),
      attachments: random.list(30, () => random.text(300)),
      deliveryState: random.pick([null, "sent", "queued", "bounced"]),
    })),
  };
}

function randomHomeTicket(random: Random): HomeTicket {
  return {
    ticketId: uuid(random),
    number: random.below(99_999),
    title: random.text(4_000),
    status: random.pick(TICKET_STATUSES),
    priority: random.pick(PRIORITIES),
    requesterName: random.text(1_000),
    waitingSince: date(random),
    why: random.text(300),
    due: random.pick([
      null,
      { kind: random.pick(DEADLINE_KINDS), at: date(random), missed: random.chance(0.5) },
    ]),
    thread: random.pick([null, { channel: random.pick(["C0HELP", "<!channel>"]), ts: "1700000000.000100" }]),
  };
}

export function randomHome(random: Random): Home {
  const tickets = () => random.list(70, () => randomHomeTicket(random));
  if (random.chance(0.4)) return { kind: "requester", name: random.text(300), tickets: tickets() };
  return {
    kind: "staff",
    name: random.text(300),
    away: random.chance(0.5),
    load: random.below(2_000),
    capacity: random.below(1_001),
    waitsOnMe: tickets(),
    mine: tickets(),
    unassigned: tickets(),
    unassignedCount: random.below(10_000),
  };
}
