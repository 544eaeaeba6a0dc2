/** The built-in start: tickets of our own writing for the eight categories that a new desk begins with. */
import { ACCESS_TICKETS } from "./access.ts";
import { BILLING_TICKETS } from "./billing.ts";
import { EMAIL_TICKETS } from "./email.ts";
import { HARDWARE_TICKETS } from "./hardware.ts";
import { NETWORK_TICKETS } from "./network.ts";
import { PRODUCT_TICKETS } from "./product.ts";
import { SECURITY_TICKETS } from "./security.ts";
import { SOFTWARE_TICKETS } from "./software.ts";
import { SEED_VOCABULARY } from "./vocabulary.ts";

export interface SeedTicket {
  text: string;
  category: string;
}

const BY_CATEGORY: Record<string, string[]> = {
  "Access & Accounts": ACCESS_TICKETS,
  Hardware: HARDWARE_TICKETS,
  Software: SOFTWARE_TICKETS,
  Network: NETWORK_TICKETS,
  "Email & Calendar": EMAIL_TICKETS,
  Billing: BILLING_TICKETS,
  Product: PRODUCT_TICKETS,
  Security: SECURITY_TICKETS,
};

export const SEED_CATEGORIES: string[] = Object.keys(BY_CATEGORY);

export const SEED_TICKETS: SeedTicket[] = Object.entries(BY_CATEGORY).flatMap(([category, tickets]) =>
  tickets.map((text) => ({ text, category })),
);

/** The words of the trade, each as a tiny ticket. */
export const SEED_TERMS: SeedTicket[] = Object.entries(SEED_VOCABULARY).flatMap(([category, terms]) =>
  terms.split(";").map((term) => ({ text: term.trim(), category })),
);
