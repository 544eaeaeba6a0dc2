import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../test/helpers/random-desk.ts";
import { chooseAssignee as choose } from "./assignment.ts";
import { type AssignmentCandidate, PRIORITY_WEIGHTS } from "./assignment-ranking.ts";
import { listNeededSkills } from "./skills.ts";
import { PRIORITIES, type Priority } from "./ticket.ts";

const person = (userId: string, over: Partial<AssignmentCandidate> = {}): AssignmentCandidate => ({
  userId,
  name: userId.toUpperCase(),
  role: "moderator",
  skills: ["vpn"],
  capacity: 10,
  load: 0,
  weight: over.load ?? 0,
  away: false,
  offHours: false,
  takesGeneral: false,
  idleSinceMs: null,
  ...over,
});

const chooseAssignee = (
  skills: string[],
  candidates: AssignmentCandidate[],
  excluded?: string[],
  priority: Priority = "medium",
) => choose({ skills: listNeededSkills(skills), priority }, candidates, excluded);

const chosen = (needed: string[], candidates: AssignmentCandidate[], excluded?: string[]) =>
  chooseAssignee(needed, candidates, excluded).userId;

describe("chooseAssignee", () => {
  test("the most needed skills win, over any load", () => {
    const both = person("both", { skills: ["vpn", "linux"], load: 9 });
    expect(chosen(["vpn", "linux"], [person("one"), both])).toBe("both");
  });

  test("then the lowest share of capacity, not the lowest count", () => {
    expect(
      chosen(
        ["vpn"],
        [person("small", { load: 2, capacity: 4 }), person("large", { load: 3, capacity: 10 })],
      ),
    ).toBe("large");
  });

  test("then the longest without a ticket, never counting as longest", () => {
    expect(
      chosen(["vpn"], [person("late", { idleSinceMs: 200 }), person("early", { idleSinceMs: 100 })]),
    ).toBe("early");
    expect(chosen(["vpn"], [person("early", { idleSinceMs: 0 }), person("never")])).toBe("never");
  });

  test("then the id, whatever the order", () => {
    const two = [person("b"), person("a")];
    expect(chosen(["vpn"], two)).toBe("a");
    expect(chosen(["vpn"], two.toReversed())).toBe("a");
  });

  test("nobody who is away, full or excluded", () => {
    const team = [
      person("away", { away: true }),
      person("full", { load: 10 }),
      person("no"),
      person("yes", { load: 9 }),
    ];
    expect(chosen(["vpn"], team, ["no"])).toBe("yes");
    expect(chosen(["vpn"], [person("none", { capacity: 0 })])).toBeNull();
  });

  test("Java is not JavaScript, and no needed skill does not mean everybody", () => {
    expect(chosen(["java"], [person("js", { skills: ["javascript"] })])).toBeNull();
    expect(chosen([], [person("a")])).toBeNull();
    expect(chosen([""], [person("a", { skills: [""] })])).toBeNull();
  });

  test("without a moderator the least loaded admin takes it, over capacity too, but not when away", () => {
    const admins = [
      person("busy", { role: "admin", skills: [], load: 30, capacity: 10 }),
      person("calm", { role: "admin", skills: [], load: 20, capacity: 10 }),
      person("gone", { role: "admin", skills: [], load: 0, away: true }),
    ];
    expect(chosen(["vpn"], admins)).toBe("calm");
    expect(chosen([], admins, ["calm"])).toBe("busy");
    expect(chosen(["vpn"], [...admins, person("able")])).toBe("able");
  });

  test("an admin is no moderator: the skill goes before the role only among moderators", () => {
    expect(chosen(["vpn"], [person("admin", { role: "admin" }), person("mod", { load: 9 })])).toBe("mod");
  });

  test("nobody at all leaves it unassigned, and says why", () => {
    const choice = chooseAssignee(["vpn"], [person("full", { load: 10 })]);
    expect(choice).toMatchObject({
      userId: null,
      why: "The only one who knows vpn is full, and no admin is available: it waits unassigned.",
    });
    expect(chooseAssignee(["vpn"], [])).toEqual({
      userId: null,
      why: "No moderator knows vpn, and no admin is available: it waits unassigned.",
      needed: ["vpn"],
      guessed: false,
      priority: "medium",
      considered: [],
      omitted: 0,
    });
  });

  test("the card says why in one sentence, and each candidate has a note", () => {
    const choice = chooseAssignee(
      ["vpn", "linux"],
      [
        person("best", { skills: ["vpn", "linux"], load: 3 }),
        person("half"),
        person("loaded", { skills: ["vpn", "linux"], load: 5 }),
        person("none", { skills: ["sql"] }),
        person("away", { away: true }),
        person("full", { load: 10 }),
        person("admin", { role: "admin" }),
        person("out"),
      ],
      ["out"],
    );
    expect(choice).toMatchObject({
      userId: "best",
      coverage: 1,
      why: "BEST knows vpn and linux (2 of 2 needed skills), holds 3 of 10 open tickets, and is the least loaded of 3 with a needed skill.",
    });
    expect(Object.fromEntries(choice.considered.map(({ userId, note }) => [userId, note]))).toEqual({
      best: "chosen",
      half: "covers 1 of 2 needed skills",
      loaded: "more loaded",
      none: "has no needed skill",
      away: "away",
      full: "full",
      admin: "admin, asked only when no moderator fits",
      out: "handed it back",
    });
  });

  test("the reasons for an admin name what is missing", () => {
    const admin = person("root", { role: "admin", skills: [], load: 2 });
    const why = (needed: string[], team: AssignmentCandidate[], excluded?: string[]) =>
      chooseAssignee(needed, [...team, admin], excluded).why;
    const tail = ", so it goes to ROOT, the admin with the fewest open tickets (2).";
    expect(why([], [person("a")])).toBe(`No needed skill was found in it${tail}`);
    expect(why(["sql"], [person("a")])).toBe(`No moderator knows sql${tail}`);
    expect(why(["vpn"], [person("a", { away: true }), person("b", { away: true })])).toBe(
      `Nobody is here of the 2 who know vpn${tail}`,
    );
    expect(why(["vpn"], [person("a", { load: 10 }), person("b", { load: 10 })])).toBe(
      `All 2 present who know vpn are full${tail}`,
    );
    expect(why(["vpn"], [person("a")], ["a"])).toBe(`The only one who knows vpn is not available${tail}`);
  });

  test("many skills are named in short, each once", () => {
    const skills = ["a", "b", "c", "d", "e", "f", "g"];
    const choice = chooseAssignee([...skills, "a", ""], [person("all", { skills })]);
    expect(choice.why).toContain("knows a, b, c, d, e and 2 more (7 of 7 needed skills)");
    expect(chooseAssignee(["a", "b", "c", "d", "e"], [person("all", { skills })]).why).toContain(
      "knows a, b, c, d and e (5 of 5",
    );
    expect(chooseAssignee(["a"], [person("all", { skills, capacity: 1 })]).why).toContain(
      "knows a (1 of 1 needed skill), holds 0 of 1 open ticket,",
    );
  });

  test("outside working hours nobody is given one, moderator or admin", () => {
    const team = [person("off", { offHours: true }), person("root", { role: "admin", offHours: true })];
    const choice = chooseAssignee(["vpn"], team);
    expect(choice.userId).toBeNull();
    expect(choice.considered.map(({ note }) => note)).toEqual([
      "outside working hours",
      "outside working hours",
    ]);
    expect(chosen(["vpn"], [...team, person("on", { load: 9 })])).toBe("on");
  });

  test("a ticket without a known skill goes to those who take general ones, by room and turn, else to an admin", () => {
    const team = [
      person("expert"),
      person("busy", { takesGeneral: true, load: 3 }),
      person("calm", { takesGeneral: true, load: 1, skills: [] }),
      person("root", { role: "admin" }),
    ];
    const choice = chooseAssignee([], team);
    expect(choice).toMatchObject({
      userId: "calm",
      why: "CALM takes tickets for which no skill is known, holds 1 of 10 open tickets, and is the least loaded of 2 who do.",
    });
    expect(choice.considered.find(({ userId }) => userId === "expert")?.note).toBe(
      "takes no tickets without a known skill",
    );
    expect(chosen([], team.slice(0, 1))).toBeNull();
    expect(
      chosen(
        [],
        [team[0], team[3]].filter((one) => one !== undefined),
      ),
    ).toBe("root");
    // Taking general ones is no skill: where one is needed, only those who have it come in question.
    expect(chosen(["sql"], team)).toBe("root");
  });

  test("a guessed skill is a preference: who has it comes first, then who takes general tickets, then an admin", () => {
    const guess = (team: AssignmentCandidate[], names = ["vpn"]) =>
      choose({ skills: listNeededSkills(names), skillsGuessed: true, priority: "medium" }, team, []);
    const knows = person("knows", { load: 9 });
    const general = person("general", { skills: [], takesGeneral: true });
    const other = person("other", { skills: ["sql"] });
    const root = person("root", { role: "admin", skills: [] });

    const first = guess([other, general, knows, root]);
    expect(first).toMatchObject({
      userId: "knows",
      guessed: true,
      why: "KNOWS knows vpn (1 of 1 guessed skill), holds 9 of 10 open tickets, and is the best match of 2 who could take it.",
    });
    expect(Object.fromEntries(first.considered.map(({ userId, note }) => [userId, note]))).toEqual({
      knows: "chosen",
      general: "covers 0 of 1 guessed skills",
      other: "has no guessed skill, and takes no general tickets",
      root: "admin, asked only when no moderator fits",
    });
    for (const gone of [{ load: 10 }, { away: true }, { offHours: true }]) {
      expect(guess([other, general, { ...knows, ...gone }, root])).toMatchObject({
        userId: "general",
        why: "GENERAL takes tickets for which no skill is certain (vpn is a guess), holds 0 of 10 open tickets, and is the only one who could take it and has room.",
      });
    }
    // A guess is no licence to give it to everybody.
    expect(guess([other, root])).toMatchObject({
      userId: "root",
      why: "No moderator knows vpn (a guess) or takes general tickets, so it goes to ROOT, the admin with the fewest open tickets (0).",
    });
    expect(guess([other]).userId).toBeNull();
    expect(guess([{ ...knows, load: 10 }, { ...general, away: true }, root]).why).toMatch(
      /^The one present who knows vpn \(a guess\) or takes general tickets is full, so it goes to ROOT/,
    );
    // What the words ask for is needed, whoever takes general tickets.
    expect(chosen(["vpn"], [general, root])).toBe("root");
    expect(guess([general, other], []).guessed).toBe(false);
  });

  test("of equal numbers, the tickets that weigh least by priority win", () => {
    const team = [person("urgent", { load: 2, weight: 4 }), person("weighs-less", { load: 2, weight: 1 })];
    expect(chosen(["vpn"], team)).toBe("weighs-less");
    expect(chooseAssignee(["vpn"], team).why).toContain(
      "the one of 2 with a needed skill whose open tickets weigh least",
    );
    // Numbers go before weights: nobody gets ahead by more than a ticket.
    expect(
      chosen(["vpn"], [person("few", { load: 2, weight: 4 }), person("many", { load: 3, weight: 1.5 })]),
    ).toBe("few");
  });

  test("the worked example of docs/assignment.md is what the rule says", () => {
    const both = { skills: ["vpn", "linux"] };
    const choice = chooseAssignee(
      ["VPN", "Linux"],
      [
        person("Ada", { ...both, name: "Ada", load: 3, weight: 3.5 }),
        person("Bo", { ...both, name: "Bo", load: 3, weight: 1.5 }),
        person("Cleo", { name: "Cleo" }),
        person("Dan", { ...both, name: "Dan", load: 10 }),
        person("Eve", { ...both, name: "Eve", load: 1, away: true }),
        person("Root", { name: "Root", role: "admin", skills: [] }),
      ],
    );
    const page = readFileSync(new URL("../../docs/assignment.md", import.meta.url), "utf8");
    expect(page.replace(/\s+/g, " ")).toContain(`"${choice.why}"`);
    for (const { name, note } of choice.considered) {
      const row = page.split("\n").find((line) => line.startsWith(`| ${name} |`)) ?? "";
      expect([name, row.replaceAll("*", "").includes(`| ${note} |`)]).toEqual([name, true]);
    }
  });

  test("an admin who knows what is needed goes before one with fewer tickets", () => {
    const admins = [
      person("free", { role: "admin", skills: ["sql"] }),
      person("knows", { role: "admin", load: 5 }),
    ];
    expect(chooseAssignee(["vpn"], admins)).toMatchObject({
      userId: "knows",
      why: "No moderator knows vpn, so it goes to KNOWS, an admin who knows vpn and holds 5 open tickets.",
    });
  });

  test("what is kept of a large team is cut, the nearest first", () => {
    const team = Array.from({ length: 80 }, (_, index) => person(`m${100 + index}`, { load: index % 9 }));
    const { considered, omitted } = chooseAssignee(["vpn"], team);
    expect(considered).toHaveLength(50);
    expect(omitted).toBe(30);
    expect(considered.map(({ load }) => load)).toEqual(
      considered.map(({ load }) => load).toSorted((a, b) => a - b),
    );
  });

  /** Tickets one after the other, with priorities by `random`; the loads at the end. */
  function spread(capacities: number[], tickets: number, random = createRandom(1)): AssignmentCandidate[] {
    const team = capacities.map((capacity, index) =>
      person(`m${String(index).padStart(2, "0")}`, { capacity }),
    );
    for (let now = 1; now <= tickets; now++) {
      const priority = random.pick(PRIORITIES);
      const { userId } = chooseAssignee(["vpn"], team, [], priority);
      const taker = team.find((one) => one.userId === userId);
      if (taker === undefined) throw new Error("Nobody took it");
      taker.load++;
      taker.weight += PRIORITY_WEIGHTS[priority];
      taker.idleSinceMs = now;
    }
    return team;
  }

  test("a thousand tickets of any priority over twenty equals end at most one apart", () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const team = spread(
        Array.from({ length: 20 }, () => 100),
        1000,
        createRandom(seed),
      );
      const loads = team.map(({ load }) => load);
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
    }
  });

  test("over uneven capacities they are in proportion, to within two tickets of the exact share", () => {
    const random = createRandom(7);
    for (let round = 0; round < 10; round++) {
      const capacities = Array.from({ length: 20 }, () => 60 + random.below(60));
      const sum = capacities.reduce((total, one) => total + one, 0);
      for (const { load, capacity } of spread(capacities, 1000, random)) {
        expect(Math.abs(load - (1000 * capacity) / sum)).toBeLessThanOrEqual(2);
      }
    }
    const [small, large] = spread([1000, 3000], 1000);
    expect(Math.abs((large?.load ?? 0) - 3 * (small?.load ?? 0))).toBeLessThanOrEqual(3);
  });
});
