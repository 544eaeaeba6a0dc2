import { describe, expect, it } from "vitest";
import { AppError } from "../core/errors.ts";
import type { Classifier } from "../core/triage.ts";
import { evaluateTriage } from "./eval.ts";

const row = (text: string, label: string) => ({ text, subject: "", label });
const TRAIN = [
  row("apple pear", "fruit"),
  row("sweet apple", "fruit"),
  row("hammer nail", "tool"),
  row("heavy hammer", "tool"),
];

describe("evaluateTriage", () => {
  it("trains on the given rows alone and reports by class", async () => {
    const rows = [row("an apple", "fruit"), row("a hammer", "tool"), row("a hammer", "fruit")];
    const report = await evaluateTriage({ rows, train: TRAIN, field: "queue" });
    expect(report.n).toBe(3);
    expect(report.accuracy).toBeCloseTo(2 / 3);
    expect(report.perClass).toEqual({
      fruit: { precision: 1, recall: 0.5, f1: 2 / 3, support: 2 },
      tool: { precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
    });
    expect(report.macroF1).toBeCloseTo(2 / 3);
    expect(report.msPerTicket).toBeGreaterThan(0);
  });

  it("measures the built-in start for categories and priorities", async () => {
    const rows = [row("I forgot my password", "Access & Accounts"), row("The printer jams", "Hardware")];
    expect((await evaluateTriage({ rows, train: null, field: "category" })).accuracy).toBe(1);
    const urgent = [row("URGENT, nobody can work", "high"), row("How do I export?", "low")];
    expect((await evaluateTriage({ rows: urgent, train: null, field: "priority" })).accuracy).toBe(1);
  });

  it("takes labels that the start does not know by what their names mean", async () => {
    const rows = [
      row("I forgot my password and cannot sign in", "Logins"),
      row("The printer jams and the laptop screen flickers", "PC_Hardware"),
      row("The zebra in the enclosure does not eat", "Zebras"),
    ];
    const report = await evaluateTriage({ rows, train: null, field: "queue" });
    expect(report.accuracy).toBe(1);
  });

  it("knows priorities by other names", async () => {
    const rows = [row("URGENT, nobody can work", "Urgent"), row("How do I export?", "Niedrig")];
    expect((await evaluateTriage({ rows, train: null, field: "priority" })).accuracy).toBe(1);
  });

  it("names the labels that nobody taught it, and refuses where none was taught", async () => {
    const some = [row("an apple", "fruit"), row("a cow", "beast")];
    const report = await evaluateTriage({ rows: some, train: TRAIN, field: "queue" });
    expect(report.unlearnedLabels).toEqual(["beast"]);
    await expect(
      evaluateTriage({ rows: [row("a cow", "beast")], train: TRAIN, field: "queue" }),
    ).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining("beast") });
    expect((await evaluateTriage({ rows: TRAIN, train: null, field: "queue" })).unlearnedLabels).toEqual([]);
  });

  it("says how far it is", async () => {
    const heard: string[] = [];
    const onProgress = (what: string, done: number) => heard.push(`${what} ${done > 0 && done <= 1}`);
    await evaluateTriage({ rows: TRAIN, train: TRAIN, field: "queue", onProgress });
    expect(heard.filter((one) => one === "testing true")).toHaveLength(TRAIN.length);
    expect(heard.some((one) => one.startsWith("training"))).toBe(true);
  });

  it("counts a ticket for which the model is away as wrong, and stops where its key is wrong", async () => {
    const failing = (code: "unavailable" | "invalid"): Classifier => ({
      source: "gemini",
      model: "m",
      classify: () => Promise.reject(new AppError(code, "no")),
    });
    const input = { rows: [row("x", "fruit")], train: TRAIN, field: "category" };
    expect((await evaluateTriage({ ...input, gemini: failing("unavailable") })).accuracy).toBe(0);
    await expect(evaluateTriage({ ...input, gemini: failing("invalid") })).rejects.toMatchObject({
      code: "invalid",
    });
  });
});
