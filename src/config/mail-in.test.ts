import { describe, expect, it } from "vitest";
import { loadConfig } from "../config.ts";

const GMAIL = "imaps://support%40example.com@imap.gmail.com:993/INBOX";
const M365 = "imaps://support%40example.com@outlook.office365.com:993/INBOX";
const CLIENT = { IMAP_OAUTH_CLIENT_ID: "id", IMAP_OAUTH_CLIENT_SECRET: "s3cret" };

const mailboxes = (env: Record<string, string>) => loadConfig(env).mailIn?.mailboxes ?? [];
const problems = (env: Record<string, string>): string => {
  try {
    loadConfig(env);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("The configuration was taken.");
};

describe("a mailbox without a password", () => {
  it("signs in at Google with a refresh token", () => {
    const env = { IMAP_URL: GMAIL, IMAP_OAUTH_PROVIDER: "google", ...CLIENT, IMAP_OAUTH_REFRESH_TOKEN: "r" };
    expect(mailboxes(env)[0]?.oauth).toMatchObject({
      tokenUrl: "https://oauth2.googleapis.com/token",
      refreshToken: "r",
      scope: null,
    });
  });

  it("signs in at Microsoft with a refresh token, or as an application of one tenant", () => {
    const person = { IMAP_URL: M365, IMAP_OAUTH_PROVIDER: "microsoft", IMAP_OAUTH_CLIENT_ID: "id" };
    expect(mailboxes({ ...person, IMAP_OAUTH_REFRESH_TOKEN: "r" })[0]?.oauth).toMatchObject({
      tokenUrl: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
      clientSecret: null,
    });
    const application = { ...person, ...CLIENT, IMAP_OAUTH_TENANT: "contoso.example" };
    expect(mailboxes(application)[0]?.oauth).toMatchObject({
      tokenUrl: "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
      refreshToken: null,
    });
  });

  it("takes the application of the first block, and never its refresh token", () => {
    const application = { IMAP_OAUTH_PROVIDER: "microsoft", IMAP_OAUTH_TENANT: "contoso.example", ...CLIENT };
    const both = { IMAP_URL: M365, IMAP_URL_2: M365.replace("support", "sales"), ...application };
    expect(mailboxes(both).map(({ oauth }) => oauth?.clientId)).toEqual(["id", "id"]);
    expect(problems({ ...both, IMAP_OAUTH_REFRESH_TOKEN: "r" })).toContain("IMAP_OAUTH_REFRESH_TOKEN_2");
    const own = {
      IMAP_OAUTH_CLIENT_ID_2: "id2",
      IMAP_OAUTH_REFRESH_TOKEN_2: "r2",
      IMAP_OAUTH_PROVIDER_2: "microsoft",
    };
    expect(mailboxes({ ...both, ...own })[1]?.oauth).toMatchObject({ clientId: "id2", clientSecret: null });
  });

  it.each([
    [{ IMAP_URL: GMAIL }, "IMAP_URL: it has no password"],
    [{ IMAP_URL: GMAIL, IMAP_OAUTH_CLIENT_ID: "id" }, "IMAP_OAUTH_PROVIDER"],
    [{ IMAP_URL: GMAIL, IMAP_OAUTH_PROVIDER: "yahoo", ...CLIENT }, "google, microsoft"],
    [{ IMAP_URL: GMAIL, IMAP_OAUTH_PROVIDER: "google", ...CLIENT }, "IMAP_OAUTH_REFRESH_TOKEN"],
    [{ IMAP_URL: M365, IMAP_OAUTH_PROVIDER: "microsoft", ...CLIENT }, "IMAP_OAUTH_TENANT"],
    [{ IMAP_URL: M365, IMAP_OAUTH_TOKEN_URL: "http://evil.example/token", ...CLIENT }, "https://"],
  ])("is refused with the key and the fix where something is missing: %o", (env, problem) => {
    const message = problems(env as unknown as Record<string, string>);
    expect(message).toContain(problem);
    expect(message).not.toContain("s3cret");
  });

  it("needs no OAuth2 settings beside a password, whatever stands there", () => {
    const env = { IMAP_URL: GMAIL.replace("@imap", ":app-password@imap"), IMAP_OAUTH_PROVIDER: "nonsense" };
    expect(mailboxes(env)[0]?.oauth).toBeUndefined();
  });
});

describe("mailboxes", () => {
  it("are taken in the order of their numbers", () => {
    const url = (n: number) => `imaps://user${n}:p@host/INBOX`;
    const env = Object.fromEntries([10, 2, 3].map((n) => [`IMAP_URL_${n}`, url(n)]));
    expect(mailboxes({ ...env, IMAP_URL: url(1) }).map(({ user }) => user)).toEqual([
      "user1",
      "user2",
      "user3",
      "user10",
    ]);
  });
});
