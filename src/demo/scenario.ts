/**
 * What happens in the demo, in order. Each step looks first whether an earlier run on the same data has taken it,
 * so the demo may be killed anywhere and run again: nothing is sent, clicked or told to a customer twice.
 */
import type { Sql } from "../db/client.ts";
import { readDeskFigures } from "../db/desk-figures.ts";
import { formatHeading } from "./account.ts";
import type { Customers } from "./customers.ts";
import type { DemoMailServer } from "./mail-server.ts";
import { moderateTicket } from "./moderate-ticket.ts";
import { FIRST_CONTACTS, LATER_MAILS, MODERATED_MAIL } from "./samples/sample-mails.ts";
import { MODERATED_SLACK_MESSAGE, SLACK_FIRST_CONTACTS, SLACK_FOLLOW_UPS } from "./samples/slack-messages.ts";
import type { SlackPeople } from "./slack-people.ts";
import { createTeller, type Teller } from "./teller.ts";
import type { TerminalStyle } from "./terminal-text.ts";
import { type Patience, waitUntil } from "./wait-until.ts";

export interface ScenarioDeps {
  sql: Sql;
  mail: DemoMailServer;
  customers: Customers;
  slackPeople: SlackPeople;
  print(text: string): void;
  style: TerminalStyle;
  patience: Patience;
}

/** Rejects when something does not happen in time, and says what. */
export async function runScenario(deps: ScenarioDeps): Promise<void> {
  const teller = createTeller(deps);
  await sendAndTell(deps, teller);
  await sendLaterAndTell(deps, teller);
  deps.print(formatHeading("Moderators act on the cards in Slack", deps.style));
  await moderate(deps, teller);
  await waitUntilSettled(deps);
}

async function sendAndTell({ customers, slackPeople, print, style }: ScenarioDeps, teller: Teller) {
  print(formatHeading("Customers write by mail, employees in Slack", style));
  const mails = [];
  for (const sample of FIRST_CONTACTS) mails.push(await customers.send(sample));
  for (const mail of mails) await teller.tellMail(mail);
  for (const sample of SLACK_FIRST_CONTACTS) await teller.tellSlack(await slackPeople.post(sample));
}

async function sendLaterAndTell({ customers, slackPeople, print, style }: ScenarioDeps, teller: Teller) {
  print(formatHeading("They have their numbers, and write again; so do their machines", style));
  for (const sample of LATER_MAILS) await teller.tellMail(await customers.send(sample));
  for (const sample of SLACK_FOLLOW_UPS) await teller.tellSlack(await slackPeople.post(sample));
}

async function moderate(deps: ScenarioDeps, teller: Teller): Promise<void> {
  await moderateTicket(deps, teller.ticketOf(MODERATED_MAIL), {
    reply:
      "Hello Ada,\n\nthe drops under upload come from the packet size of the tunnel. Please set the MTU of the WireGuard tunnel to 1380 and connect again.\n\nMina",
    resolution: "With the MTU at 1380 the tunnel holds. We have made it the default for new profiles.",
  });
  await moderateTicket(deps, teller.ticketOf(MODERATED_SLACK_MESSAGE), {
    reply:
      "Hi Lena, last night's update has brought a graphics driver that does not wake up on the T14. I have queued the older one for you: please restart once, and close the lid to try.",
    resolution: "The driver is rolled back, and held back for all T14 until the fixed one is out.",
  });
}

/** Everything that was queued has left, and every ticket has its card. */
function waitUntilSettled({ sql, patience }: ScenarioDeps): Promise<true> {
  return waitUntil(async () => {
    const { tickets, slackCards, deliveries } = await readDeskFigures(sql);
    if (deliveries.waiting > 0) return { missing: `${deliveries.waiting} answers that have not left yet` };
    if (slackCards < tickets) return { missing: `${tickets - slackCards} cards in Slack` };
    return { found: true };
  }, patience);
}
