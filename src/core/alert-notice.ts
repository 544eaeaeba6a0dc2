/** What operators are told of a trouble that only they can cure. */
import type { Notice } from "./notices.ts";

export interface AlertNoticeInput {
  problem: string;
  fix: string;
  raisedAt: Date;
  /** 1 for the first notice, 2 for the reminder a day later, and so on. */
  time: number;
  /** It works again. */
  cleared: boolean;
}

export function writeAlertNotice({ problem, fix, raisedAt, time, cleared }: AlertNoticeInput): Notice {
  const since = `${raisedAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  if (cleared) {
    const lines = ["It works again:", "", problem, "", `That was so since ${since}. Nothing is left to do.`];
    return { subject: `Deskhand: works again: ${shorten(problem)}`, text: lines.join("\n") };
  }
  const lines = [problem, "", `What to do: ${fix}`, "", `It is so since ${since}.`];
  if (time > 1) lines.push("This is a reminder; there is one each day until it works again.");
  return {
    subject: `Deskhand: ${time > 1 ? "still " : ""}needs you: ${shorten(problem)}`,
    text: lines.join("\n"),
  };
}

function shorten(problem: string): string {
  const line = problem.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length > 120 ? `${Array.from(line).slice(0, 119).join("")}…` : line;
}
