/** What is kept with a ticket that a person took or gave: no rule chose, so nobody was considered. */
export interface HandDecision {
  how: "claimed" | "by-hand" | "answered";
  userId: string;
  name: string;
  why: string;
  /** ISO 8601. */
  decidedAt: string;
}

export function describeHandDecision(
  how: HandDecision["how"],
  person: { userId: string; name: string },
  why: string,
): HandDecision {
  return { how, userId: person.userId, name: person.name, why, decidedAt: new Date().toISOString() };
}
