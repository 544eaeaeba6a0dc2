/** Who takes part in the demo. */

export const SUPPORT_ADDRESS = "support@deskhand.example";

export interface StaffMember {
  name: string;
  email: string;
  slackUserId: string;
  skills: string[];
}

export const MODERATORS: readonly StaffMember[] = [
  {
    name: "Mina Okafor",
    email: "mina@deskhand.example",
    slackUserId: "U0MINA",
    skills: ["Networking", "VPN"],
  },
  {
    name: "Otis Lang",
    email: "otis@deskhand.example",
    slackUserId: "U0OTIS",
    skills: ["Hardware repair", "Windows"],
  },
  { name: "Priya Raman", email: "priya@deskhand.example", slackUserId: "U0PRIYA", skills: ["Billing"] },
  {
    name: "Sven Dahl",
    email: "sven@deskhand.example",
    slackUserId: "U0SVEN",
    skills: ["API", "JavaScript", "Node.js"],
  },
  {
    name: "Rosa Jimenez",
    email: "rosa@deskhand.example",
    slackUserId: "U0ROSA",
    skills: ["Security", "Identity"],
  },
];

/** Takes what no moderator has the skills for, and signs in to the API and the console. */
export const ADMIN: StaffMember = {
  name: "Noor Haddad",
  email: "admin@deskhand.example",
  slackUserId: "U0NOOR",
  skills: [],
};

/** Colleagues who ask in Slack. */
export const EMPLOYEES = [
  { name: "Lena Fischer", email: "lena@deskhand.example", slackUserId: "U0LENA" },
  { name: "Jonas Weber", email: "jonas@deskhand.example", slackUserId: "U0JONAS" },
  { name: "Mei Tan", email: "mei@deskhand.example", slackUserId: "U0MEI" },
] as const;

/** The channel where employees ask, and the one where moderators see the cards. */
export const SUPPORT_CHANNEL = { id: "C0HELPIT", name: "help-it" } as const;
export const TRIAGE_CHANNEL = { id: "C0DESK", name: "support-desk" } as const;
