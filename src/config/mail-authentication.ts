import type { SettingsReader } from "./settings-reader.ts";

export interface MailAuthenticationConfig {
  /** The names under which our receiving servers write Authentication-Results, lower case; none: not known. */
  servers: string[];
  /** Domains, lower case, whose ARC seals are believed. */
  sealers: string[];
  /** May DKIM, SPF and DMARC be looked up where the receiving server says nothing that is certainly its own? */
  dns: boolean;
}

const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,252}[a-z0-9])?$/;

export function readMailAuthentication(reader: SettingsReader): MailAuthenticationConfig {
  return {
    servers: readNames(reader, "MAIL_AUTHSERV_ID", "Example: MAIL_AUTHSERV_ID=mx.example.com"),
    sealers: readNames(reader, "MAIL_ARC_SEALERS", "Example: MAIL_ARC_SEALERS=forwarder.example.com"),
    dns: reader.choice("MAIL_AUTH_DNS", ["on", "off"], "on") === "on",
  };
}

function readNames(reader: SettingsReader, key: string, example: string): string[] {
  const names = reader.list(key).map((name) => name.toLowerCase());
  for (const name of names)
    if (!NAME.test(name)) reader.report(key, `"${name.slice(0, 60)}" is not the name of a server.`, example);
  return names;
}
