import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import { createRandom } from "../../test/helpers/random-desk.ts";
import { findWellKnownSkill } from "./skill-names.ts";
import { matchSkills, normaliseSkill } from "./skills.ts";

/** Names that a person would tell apart: languages, systems, products, tasks, in several scripts. */
const NAMES = `
  C|C++|C#|C--|C*|D|F#|J#|Q#|R|S|S+|V|X++|Java|JavaScript|Java EE|JavaFX|JScript|TypeScript|CoffeeScript|ActionScript
  Go|Go.js|Rust|Ruby|Ruby on Rails|Perl|Raku|PHP|Python|Jython|PyTorch|Lua|Dart|Kotlin|Scala|Scala.js|Swift|Swift UI
  Objective-C|Objective-C++|Visual Basic|VB.NET|VBScript|VBA|.NET|.NET Core|.NET Framework|ASP|ASP.NET|ASP.NET Core
  ADO.NET|ML.NET|Net|NetSuite|NetApp|Node.js|Node-RED|React|React Native|Preact|Vue|Angular|AngularJS|Ember|Svelte
  Next.js|Nuxt.js|Nest.js|Express.js|D3.js|Three.js|Electron|Meteor|Backbone.js|jQuery|Excel|Excel.js|Office.js|Word
  SQL|T-SQL|PL/SQL|PL/pgSQL|NoSQL|MySQL|SQLite|SQL.js|PostgreSQL|MariaDB|Oracle|MongoDB|Redis|Kafka|Elasticsearch
  AWS|AWS S3|AWS EC2|S3 Browser|EC|Azure|Azure DevOps|Google Cloud|Kubernetes|Docker|Podman|Terraform|Ansible|Chef
  Linux|Unix|*nix|Windows|Windows Server|macOS|iOS|iPadOS|Android|ChromeOS|Windows 10|Windows 11|Wi-Fi|VPN|VPC|DNS|DHCP
  LAN|WAN|WLAN|VLAN|IP|IPv4|IPv6|TCP/IP|HTTP|HTTP/2|HTTPS|TLS|SSL|SSH|SSO|MFA|CSS|SCSS|CSS3|HTML|XML|XSLT|JSON|YAML
  A|A+|A++|Network+|Security+|Notepad++|Google+|Disney+|Notepad|Git|GitHub|GitLab|Gitea|SVN|CVS|CI/CD|QA|UI|UX|SAP|ABAP
  SAP HANA|Salesforce|Jira|Confluence|Slack|Teams|Zoom|Outlook|Exchange|SharePoint|OneDrive|Hardware repair|Printers
  Printing|Phones|Billing|Refunds|Invoices|GDPR|ISO 27001|Data protection|Réseau|Buchhaltung|Netzwerk|网络|網絡|ネットワーク
  Сеть|Безопасность|الشبكات|नेटवर्क|เครือข่าย|Δίκτυο|Ağ|COBOL|Fortran|Ada|Lisp|Prolog|Erlang|Elixir|Haskell|OCaml|Zig|Nim
  `
  .split(/[|\n]/)
  .map((name) => name.trim())
  .filter((name) => name !== "");

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

  test("no two names that a person tells apart collapse, nor a name with another's usual spellings", () => {
    const byNormalised = new Map<string, string>();
    const variants = (name: string) => [name, name.toUpperCase(), name.toLowerCase(), ` ${name}\u200b`];
    for (const name of NAMES) {
      for (const spelling of variants(name)) {
        const normalised = normaliseSkill(spelling);
        expect([spelling, byNormalised.get(normalised) ?? name]).toEqual([spelling, name]);
        byNormalised.set(normalised, name);
      }
    }
    expect(byNormalised.has("")).toBe(false);
  });

  test("whatever is typed, a normalised name stays as it is and has letters and digits only", () => {
    const random = createRandom(22);
    const signs = [..."+#*-./& ♯\u0301\u200b\u00ad\u0345ßİıſﬁＣ＋ａ℃Ⅳ²ｶﾞ가\u1100\u1161"];
    const written = () => {
      const parts = random.list(5, () =>
        random.pick([
          random.pick(NAMES),
          random.pick(signs),
          random.pick(signs),
          "js",
          "net",
          random.text(12),
        ]),
      );
      return parts.join("");
    };
    for (let round = 0; round < 5_000; round++) {
      const name = written();
      const once = normaliseSkill(name);
      expect([name, normaliseSkill(once)]).toEqual([name, once]);
      expect([name, once]).toEqual([name, once.replace(/[^\p{L}\p{M}\p{N}]/gu, "")]);
      expect([name, once]).toEqual([name, once.toLowerCase()]);
    }
  });

  test.each(["", " ", "...", "--", "!?", "\u200b", "🙂", "\u0000", "()", "#", "++", "*", "+ -"])(
    "«%s» is no skill",
    (name) => {
      expect(normaliseSkill(name)).toBe("");
    },
  );

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

describe("findWellKnownSkill", () => {
  test.each([
    ["k8s", "Kubernetes"],
    ["Postgres", "PostgreSQL"],
    ["node", "Node.js"],
    ["JS", "JavaScript"],
    ["golang", "Go"],
    ["Amazon S3", "AWS S3"],
  ])("%s is another name of %s", (other, name) => {
    const known = findWellKnownSkill(normaliseSkill(other));
    expect(known).toMatchObject({ name, aliases: expect.arrayContaining([normaliseSkill(other)]) });
    expect(findWellKnownSkill(normaliseSkill(name))).toEqual(known);
  });

  test("no other name of one skill is the name, or another name, of a second", () => {
    const owners = new Map<string, string>();
    for (const name of NAMES) {
      const known = findWellKnownSkill(normaliseSkill(name));
      if (known === null) continue;
      for (const normalised of [normaliseSkill(known.name), ...known.aliases]) {
        expect([normalised, owners.get(normalised) ?? known.name]).toEqual([normalised, known.name]);
        owners.set(normalised, known.name);
      }
    }
    expect(findWellKnownSkill("underwaterbasketweaving")).toBeNull();
    expect(findWellKnownSkill("")).toBeNull();
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
