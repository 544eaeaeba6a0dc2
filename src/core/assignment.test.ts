import { describe, expect, test } from "vitest";
import { type AssignmentCandidate, chooseAssignee } from "./assignment.ts";

const person = (userId: string, over: Partial<AssignmentCandidate> = {}): AssignmentCandidate => ({
  userId,
  name: userId.toUpperCase(),
  role: "moderator",
  skills: ["vpn"],
  capacity: 10,
  load: 0,
  away: false,
  idleSinceMs: null,
  ...over,
});

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
      considered: [],
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
      why: "BEST knows vpn and linux (2 of 2 needed skills), holds 3 of 10 open tickets, and is best placed of 3 with a needed skill.",
    });
    expect(Object.fromEntries(choice.considered.map(({ userId, note }) => [userId, note]))).toEqual({
      best: "chosen",
      half: "covers 1 of 2 needed skills",
      loaded: "more loaded",
      none: "has no needed skill",
      away: "away",
      full: "full",
      admin: "admin, asked only when no moderator fits",
      out: "excluded",
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

  test("a thousand tickets over twenty equals end at most one apart, and in proportion to uneven capacity", () => {
    const spread = (capacities: number[]): number[] => {
      const team = capacities.map((capacity, index) =>
        person(`m${String(index).padStart(2, "0")}`, { capacity }),
      );
      for (let now = 1; now <= 1000; now++) {
        const { userId } = chooseAssignee(["vpn"], team);
        const taker = team.find((one) => one.userId === userId);
        if (taker === undefined) throw new Error("Nobody took it");
        taker.load++;
        taker.idleSinceMs = now;
      }
      return team.map(({ load }) => load);
    };
    const even = spread(Array.from({ length: 20 }, () => 100));
    expect(Math.max(...even) - Math.min(...even)).toBeLessThanOrEqual(1);
    const [small = 0, large = 0] = spread([1000, 3000]);
    expect(Math.abs(large - 3 * small)).toBeLessThanOrEqual(3);
  });
});
