/**
 * Spellings that every desk would have to add by hand: when one of these skills is added, its other names come with it
 * as aliases, which admins edit like any other. None of it makes a skill by itself.
 */
import { normaliseSkill } from "./skills.ts";

/** The canonical name first, then what else it is called. */
const WELL_KNOWN: readonly (readonly [string, ...string[]])[] = [
  ["Kubernetes", "k8s", "kube"],
  ["PostgreSQL", "Postgres", "pgsql", "psql"],
  ["Microsoft SQL Server", "MSSQL", "SQL Server"],
  ["MongoDB", "Mongo"],
  ["Elasticsearch", "Elastic Search"],
  ["Node.js", "Node"],
  ["JavaScript", "JS", "ECMAScript"],
  ["TypeScript", "TS"],
  ["Go", "Golang", "Go lang"],
  ["C++", "CPlusPlus"],
  ["C#", "C Sharp"],
  [".NET", "dotnet", "Dot Net"],
  ["Python", "Python3", "Py"],
  ["Ruby on Rails", "Rails", "RoR"],
  ["Objective-C", "ObjC"],
  ["Visual Basic .NET", "VB.NET"],
  ["PowerShell", "PoSh"],
  ["Bash", "Shell scripting"],
  ["AWS", "Amazon Web Services"],
  ["AWS S3", "Amazon S3", "S3"],
  ["AWS EC2", "Amazon EC2", "EC2"],
  ["Google Cloud", "GCP", "Google Cloud Platform"],
  ["Azure", "Microsoft Azure"],
  ["Active Directory", "MS AD"],
  ["Entra ID", "Azure AD", "Azure Active Directory"],
  ["Microsoft 365", "Office 365", "O365", "M365"],
  ["Google Workspace", "G Suite", "GSuite"],
  ["macOS", "Mac OS", "OS X", "OSX"],
  ["Windows", "Microsoft Windows"],
  ["Windows Server", "WinServer"],
  ["Wi-Fi", "WLAN", "Wireless"],
  ["CI/CD", "Continuous integration"],
  ["GitHub Actions", "GHA"],
  ["Terraform", "HashiCorp Terraform"],
  ["Multi-factor authentication", "MFA", "2FA", "Two-factor authentication"],
  ["Single sign-on", "SSO"],
];

export interface SkillNames {
  name: string;
  /** Normalised, without that of the name itself. */
  aliases: string[];
}

/** What is known of the skill with this normalised name, or with it as an alias; null for every other. */
export function findWellKnownSkill(normalised: string): SkillNames | null {
  for (const [name, ...others] of WELL_KNOWN) {
    const own = normaliseSkill(name);
    const aliases = [...new Set(others.map(normaliseSkill))].filter((alias) => alias !== own);
    if (own === normalised || aliases.includes(normalised)) return { name, aliases };
  }
  return null;
}
