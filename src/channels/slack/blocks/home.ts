/** App Home: for moderators what waits on them, for everybody else their own tickets. */
import type { types } from "@slack/bolt";
import { formatTime } from "../../../core/deadline-notice.ts";
import type { Home, HomeTicket } from "../../../core/slack-views.ts";
import { cutForSlack } from "../mrkdwn.ts";
import { ACTION_IDS } from "./ids.ts";
import {
  type Block,
  button,
  label,
  linkButton,
  markdown,
  nameTicket,
  PRIORITY_WORDS,
  paragraph,
  plain,
  STATUS_WORDS,
  smallPrint,
} from "./text.ts";

/** Two blocks a ticket and some headings: far below Slack's 100. */
const WAITING_MAX = 15;
const MINE_MAX = 15;
const UNASSIGNED_MAX = 5;
const OWN_MAX = 20;

export interface HomeLinks {
  /** The address of the workspace, e.g. `https://acme.slack.com/`, or null where it is not known. */
  workspaceUrl: string | null;
  /** Unix milliseconds. */
  nowMs: number;
}

export function buildHome(home: Home, links: HomeLinks): types.HomeView {
  const blocks = home.kind === "staff" ? buildStaffHome(home, links) : buildRequesterHome(home, links);
  return { type: "home", blocks };
}

function buildStaffHome(home: Extract<Home, { kind: "staff" }>, links: HomeLinks): Block[] {
  const { waitsOnMe, mine, unassigned, unassignedCount } = home;
  return [
    heading("Waits on me"),
    ...list(waitsOnMe, WAITING_MAX, links, "Nothing. Well done.", drawStaffTicket),
    heading("My load"),
    ...buildLoad(home),
    heading("My other tickets"),
    ...list(mine, MINE_MAX, links, "None.", drawStaffTicket),
    ...(unassignedCount === 0
      ? []
      : [
          heading(`Nobody's (${unassignedCount})`),
          ...list(unassigned, UNASSIGNED_MAX, links, "", drawStaffTicket, unassignedCount),
        ]),
  ];
}

function buildLoad({ away, handOver, load, capacity }: Extract<Home, { kind: "staff" }>): Block[] {
  const share = capacity === 0 ? 10 : Math.min(10, Math.round((load / capacity) * 10));
  const bar = `${"▰".repeat(share)}${"▱".repeat(10 - share)}`;
  const tickets = `${load} open ${load === 1 ? "ticket" : "tickets"}`;
  const state = !away
    ? "You are here: new tickets may come to you."
    : handOver
      ? "*You are away*: no new tickets come to you, and your open ones go to others."
      : "*You are away*: no new tickets come to you.";
  const buttons = away
    ? [button("I am back", ACTION_IDS.comeBack, "back", "primary")]
    : [button("Go away", ACTION_IDS.goAway, "away")];
  if (load > 0 && !(away && handOver)) {
    const words = away ? `Hand over my ${tickets}…` : `Go away and hand over my ${tickets}…`;
    buttons.push({
      ...button(words, ACTION_IDS.handOver, "hand-over"),
      confirm: {
        title: label("Hand over?"),
        text: plain(`Your ${tickets} will go to others at once, as far as somebody can take them.`, 300),
        confirm: label("Hand over"),
        deny: label("Cancel"),
      },
    });
  }
  return [
    {
      type: "section",
      text: markdown(
        `${bar}  ${load} of ${capacity} open ${capacity === 1 ? "ticket" : "tickets"}\n${state}`,
      ),
    },
    { type: "actions", elements: buttons },
  ];
}

function buildRequesterHome(home: Extract<Home, { kind: "requester" }>, links: HomeLinks): Block[] {
  return [
    heading("My tickets"),
    ...list(home.tickets, OWN_MAX, links, "You have asked nothing yet.", drawOwnTicket),
    ...smallPrint(["Write in a support channel or here under Messages, and a ticket is made of it."]),
  ];
}

function heading(text: string): Block {
  return { type: "header", text: label(text) };
}

type Draw = (ticket: HomeTicket, links: HomeLinks) => Block[];

function list(
  tickets: HomeTicket[],
  most: number,
  links: HomeLinks,
  empty: string,
  draw: Draw,
  total = tickets.length,
): Block[] {
  if (tickets.length === 0) return paragraph(empty);
  const more = total - Math.min(tickets.length, most);
  const rest = more > 0 ? smallPrint([`… and ${more} more.`]) : [];
  return [...tickets.slice(0, most).flatMap((ticket) => draw(ticket, links)), ...rest];
}

function drawStaffTicket(ticket: HomeTicket, { nowMs }: HomeLinks): Block[] {
  const why = ticket.why === "" ? "" : `${ticket.why} · `;
  const facts = `${why}${PRIORITY_WORDS[ticket.priority]} · ${STATUS_WORDS[ticket.status]} · ${ticket.requesterName} · ${describeAge(nowMs - ticket.waitingSince.getTime())}`;
  return [
    {
      type: "section",
      text: plain(cutForSlack(nameTicket(ticket.number, ticket.title), 300), 300),
      accessory: button("Reply…", ACTION_IDS.openReply, ticket.ticketId),
    },
    { type: "context", elements: [...drawDeadline(ticket), plain(facts, 600)] },
  ];
}

/** Slack shows each reader the time of their own clock. */
function drawDeadline({ due }: HomeTicket) {
  if (due === null) return [];
  const time = `<!date^${Math.floor(due.at.getTime() / 1000)}^{date_short_pretty} {time}|${formatTime(due.at, "UTC")}>`;
  const what = due.kind === "answer" ? "Answer" : "Resolve";
  return [markdown(due.missed ? `⏰ *${what}: was due ${time}*` : `${what} by ${time}`)];
}

function drawOwnTicket(ticket: HomeTicket, links: HomeLinks): Block[] {
  const text = plain(cutForSlack(nameTicket(ticket.number, ticket.title), 300), 300);
  const url = threadUrl(ticket, links);
  const accessory = url === null ? {} : { accessory: linkButton("Open", "home_open_thread", url) };
  const age = describeAge(links.nowMs - ticket.waitingSince.getTime());
  return [
    { type: "section", text, ...accessory },
    { type: "context", elements: [plain(`${STATUS_WORDS[ticket.status]} · last word ${age} ago`, 300)] },
  ];
}

/** As Slack writes permalinks: `https://acme.slack.com/archives/C0HELP/p1700000000000100`. */
function threadUrl({ thread }: HomeTicket, { workspaceUrl }: HomeLinks): string | null {
  if (thread === null || workspaceUrl === null || !/^\d+\.\d+$/.test(thread.ts)) return null;
  if (!/^[A-Z0-9]+$/.test(thread.channel)) return null;
  return `${workspaceUrl.replace(/\/$/, "")}/archives/${thread.channel}/p${thread.ts.replace(".", "")}`;
}

/** Coarse, so that the page does not change by itself every minute. */
function describeAge(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  if (hours < 1) return "less than an hour";
  if (hours < 48) return hours === 1 ? "1 hour" : `${hours} hours`;
  return `${Math.floor(hours / 24)} days`;
}
