import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import { matchSkills, normaliseSkill } from "./skills.ts";

describe("normaliseSkill", () => {
  test.each([
    ["react", ["React.js", "ReactJS", "react", " REACT ", "React JS", "react-js", "Ｒｅａｃｔ"]],
    ["nodejs", ["Node.js", "NodeJS", "node js", "NODE.JS"]],
    ["cpp", ["C++", "c++", "C ++", "CPP", "Ｃ＋＋", "C plus plus"]],
    ["csharp", ["C#", "c #", "C sharp", "C♯"]],
    ["dotnet", [".NET", ".net", "dotnet", "dot net"]],
    ["aspnet", ["ASP.NET", "asp.net"]],
    ["vue", ["Vue.js", "VueJS", "vue"]],
    ["hardwarerepair", ["Hardware repair", "hardware-repair", "Hardware_Repair"]],
    ["microsoft365", ["Microsoft 365", "microsoft365"]],
    ["網絡", ["網絡", " 網絡 "]],
    ["réseau", ["Réseau", "RE\u0301SEAU"]],
  ])("%s is one skill, however it is written", (normalised, names) => {
    for (const name of names) expect(normaliseSkill(name)).toBe(normalised);
  });

  test("names that differ by signs or endings stay apart", () => {
    const names = [
      "C",
      "C++",
      "C#",
      "F#",
      "Java",
      "JavaScript",
      "JS",
      ".NET",
      "Node.js",
      "R",
      "React",
      "Go",
      "Objective-C",
      "TypeScript",
      "ASP.NET",
      "A+",
      "A",
      "VB.NET",
      "Visual Basic",
      "CSS",
      "SCSS",
      "SQL",
      "NoSQL",
      "MySQL",
    ];
    expect(new Set(names.map(normaliseSkill)).size).toBe(names.length);
  });

  test.each(["", " ", "...", "--", "!?", "\u200b", "🙂", "\u0000", "()"])("«%s» is no skill", (name) => {
    expect(normaliseSkill(name)).toBe("");
  });

  test("a normalised name stays as it is", () => {
    for (const name of [
      "React.js",
      "C++",
      "C#",
      ".NET",
      "Node.js",
      "Java",
      "JavaScript",
      "Three.js",
      "js",
      "Hardware repair",
      "ｶﾞ",
    ]) {
      const once = normaliseSkill(name);
      expect(normaliseSkill(once)).toBe(once);
    }
  });

  /** The names and aliases with which a new desk starts. */
  test.each([
    ["Windows", "windows", ["win10", "win11", "microsoftwindows"]],
    ["macOS", "macos", ["mac", "osx", "applemac"]],
    ["Linux", "linux", ["ubuntu", "debian"]],
    ["Hardware repair", "hardwarerepair", ["hardware", "laptop", "printer", "printing"]],
    ["Networking", "networking", ["network", "wifi", "dns", "firewall"]],
    ["VPN", "vpn", ["wireguard", "openvpn"]],
    ["Identity", "identity", ["sso", "okta", "activedirectory", "entra", "mfa", "accounts"]],
    ["Microsoft 365", "microsoft365", ["office365", "o365", "m365", "outlook", "teams"]],
    ["Google Workspace", "googleworkspace", ["gmail", "gsuite", "googlecalendar"]],
    ["Billing", "billing", ["invoicing", "payments", "stripe", "refunds"]],
    ["API", "api", ["rest", "restapi", "webhooks", "integrations"]],
    ["React", "react", []],
    ["JavaScript", "javascript", ["js", "ecmascript"]],
    ["TypeScript", "typescript", ["ts"]],
    ["Node.js", "nodejs", ["node"]],
    ["Java", "java", []],
    ["Python", "python", []],
    ["SQL", "sql", ["postgres", "postgresql", "mysql", "database", "databases"]],
    ["Security", "security", ["phishing", "infosec", "malware"]],
  ])("the seeded skill %s and its aliases are normalised as seeded", (name, normalised, aliases) => {
    expect(normaliseSkill(name)).toBe(normalised);
    for (const alias of aliases) expect(normaliseSkill(alias)).toBe(alias);
  });

  test("a long name takes time in proportion to its length", () => {
    const elapsedMs = measureCpuMs(() => {
      for (const part of ["+", "#", ".net", "js", " ", "a"]) normaliseSkill(part.repeat(300_000));
    });
    expect(elapsedMs).toBeLessThan(2_000);
  });
});

describe("matchSkills", () => {
  test("exact after normalising, and coverage is the share of the needed", () => {
    expect(matchSkills(["ReactJS", "Java"], ["react", "JavaScript"])).toEqual({
      matched: ["ReactJS"],
      coverage: 0.5,
    });
    expect(matchSkills(["C"], ["C++", "C#"])).toEqual({ matched: [], coverage: 0 });
    expect(matchSkills(["VPN", "Linux"], ["linux", "vpn", "sql"])).toEqual({
      matched: ["VPN", "Linux"],
      coverage: 1,
    });
  });

  test("no needed skill matches nobody", () => {
    expect(matchSkills([], ["react"])).toEqual({ matched: [], coverage: 0 });
    expect(matchSkills(["", "--"], ["", "react"])).toEqual({ matched: [], coverage: 0 });
  });

  test("a skill named twice counts once", () => {
    expect(matchSkills(["React", "React.js", "SQL"], ["react"])).toEqual({
      matched: ["React"],
      coverage: 0.5,
    });
  });
});
