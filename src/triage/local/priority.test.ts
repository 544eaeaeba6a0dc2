import { describe, expect, it } from "vitest";
import { guessPriority } from "./priority.ts";

const of = (text: string, title = "") => guessPriority({ title, text });

describe("guessPriority", () => {
  it.each([
    "The whole office has no internet and nobody can work.",
    "URGENT: payroll must be sent by noon",
    "I cannot work at all since the update",
    "My laptop was stolen with customer data on it",
    "Production is down since 8",
    "All users get an error at login",
    "The customer demo starts in 2 hours and the projector is dead",
    "Der Server ist ausgefallen, bitte dringend helfen",
    "Toute l'équipe est bloquée, c'est urgent",
    "Nadie puede entrar al sistema",
    "É urgente, o sistema está fora do ar",
    "至急対応をお願いします。全員がログインできません。",
  ])("high: %s", (text) => {
    const { priority, quotes } = of(text);
    expect(priority).toBe("high");
    expect(quotes.length).toBeGreaterThan(0);
    for (const quote of quotes) expect(text).toContain(quote);
  });

  it.each([
    "How do I export my dashboard to CSV?",
    "Feature request: a dark mode would be great",
    "This is not urgent, but my mouse squeaks",
    "No rush, whenever you have time",
    "Ist nicht dringend: bitte einen zweiten Monitor",
    "Ce n'est pas urgent, mais pourriez-vous regarder ?",
    "No es urgente. ¿Cómo puedo cambiar mi foto?",
    "急ぎではありませんが、使い方を教えてください。",
  ])("low: %s", (text) => {
    expect(of(text).priority).toBe("low");
  });

  it.each([
    "My mouse does not work",
    "Please install GIMP",
    "Bitte das Konto anlegen",
    "There was no outage and nothing is urgent",
    "",
  ])("neither: %s", (text) => {
    expect(of(text).priority).not.toBe("high");
  });

  it("an outage beats a polite question", () => {
    expect(of("How can we get online again? The whole office is down and nobody can work.").priority).toBe(
      "high",
    );
  });

  it("quotes nothing for medium", () => {
    expect(of("My mouse does not work").quotes).toEqual([]);
  });

  it("does not find a cue inside another word", () => {
    expect(of("The insurgently named file and the p100 model").priority).toBe("medium");
  });
});
