import { describe, expect, it } from "vitest";
import { findSkills } from "./skills.ts";

const SKILLS = [
  "C",
  "C++",
  "C#",
  ".NET",
  "Java",
  "JavaScript",
  "Node.js",
  "React",
  "R",
  "Go",
  "VPN",
  "Hardware repair",
];
const desk = {
  skills: SKILLS.map((name) => ({
    name,
    aliases: name === "JavaScript" ? ["js"] : name === "Hardware repair" ? ["hardware", "laptop"] : [],
  })),
};
const named = (text: string, categories: string[] = ["Other"]) =>
  findSkills({ title: "", text }, categories, desk);

describe("findSkills", () => {
  it.each([
    ["Our Java service crashes.", ["Java"]],
    ["Our JavaScript bundle crashes.", ["JavaScript"]],
    ["java and javascript", ["Java", "JavaScript"]],
    ["Written in C++, not more.", ["C++"]],
    ["Written in C#.", ["C#"]],
    ["Written in C, mostly.", ["C"]],
    ["The .NET runtime is missing", [".NET"]],
    ["React.js and Node.js, also ReactJS", ["React", "Node.js"]],
    ["The R script", ["R"]],
    ["mvpn is not named", []],
    ["The javabean and the reaction", []],
    ["the letter c alone", []],
    ["Please go there", []],
    ["The Go service", ["Go"]],
    ["Two laptops are broken", ["Hardware repair"]],
    ["hardware-repair please", ["Hardware repair"]],
    ["VPNに接続できません", ["VPN"]],
  ])("%s", (text, expected) => {
    expect(named(text).skills).toEqual(expected);
  });

  it("quotes the words as written", () => {
    expect(named("The ReactJS page").quotes).toEqual([{ skill: "React", quote: "ReactJS" }]);
  });

  it("leaves out a thing that is only concerned: the laptop of a network ticket", () => {
    expect(named("VPN drops on my laptop", ["Network"]).skills).toEqual(["VPN"]);
    expect(named("VPN drops on my laptop", ["Network", "Hardware"]).skills).toEqual([
      "VPN",
      "Hardware repair",
    ]);
  });

  it("suggests the category's skill without a quote where none is named, and nothing that the desk lacks", () => {
    expect(named("It does not start", ["Hardware"])).toEqual({ skills: ["Hardware repair"], quotes: [] });
    expect(named("It costs too much", ["Billing"])).toEqual({ skills: [], quotes: [] });
  });
});
