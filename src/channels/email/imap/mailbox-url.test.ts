import { describe, expect, it } from "vitest";
import { parseMailboxUrl } from "./mailbox-url.ts";

describe("parseMailboxUrl", () => {
  it("reads every part, percent-decoded", () => {
    expect(
      parseMailboxUrl(
        "imaps://support%40Example.com:p%40ss%2Fw%25rd@IMAP.example.com:1993/Sp%C3%A4m",
        "IMAP_URL",
      ),
    ).toEqual({
      name: "IMAP_URL",
      host: "imap.example.com",
      port: 1993,
      tls: "implicit",
      user: "support@Example.com",
      password: "p@ss/w%rd",
      folder: "Späm",
      mailbox: "support@example.com/Späm",
    });
  });

  it("has the usual port and INBOX where they are left out", () => {
    expect(parseMailboxUrl("imaps://a:b@host", "IMAP_URL")).toMatchObject({ port: 993, folder: "INBOX" });
    expect(parseMailboxUrl("imap://a:b@host/inbox", "IMAP_URL")).toMatchObject({
      port: 143,
      folder: "INBOX",
      tls: "starttls",
      mailbox: "a@host/INBOX",
    });
  });

  it("knows a mailbox by the same name on another port, and an address on another host", () => {
    const key = (url: string) => parseMailboxUrl(url, "IMAP_URL").mailbox;
    expect(key("imap://a:b@127.0.0.1:4001/INBOX?tls=none")).toBe(
      key("imap://a:c@127.0.0.1:4002/INBOX?tls=none"),
    );
    expect(key("imaps://a%40x.example:b@old.example")).toBe(key("imaps://a%40x.example:b@new.example"));
  });

  it("reads a user without a password, who signs in by OAuth2, and a file of certificates", () => {
    const url = "imaps://support%40example.com@imap.gmail.com/INBOX?ca=/etc/our%20ca.pem";
    expect(parseMailboxUrl(url, "IMAP_URL")).toMatchObject({
      user: "support@example.com",
      password: "",
      tls: "implicit",
      caFile: "/etc/our ca.pem",
    });
  });

  it("allows no TLS on this machine only", () => {
    for (const host of ["127.0.0.1", "localhost", "[::1]"])
      expect(parseMailboxUrl(`imap://a:b@${host}/INBOX?tls=none`, "IMAP_URL").tls).toBe("none");
    for (const host of ["mail.example.com", "10.0.0.5", "127.0.0.1.example.com"])
      expect(() => parseMailboxUrl(`imap://a:b@${host}/INBOX?tls=none`, "IMAP_URL")).toThrow(
        "this machine only",
      );
  });

  it.each([
    ["https://a:b@host", "does not begin with imaps://"],
    ["imaps://host/INBOX", "names no user"],
    ["imap://a:secret@localhost/INBOX?tls=none&ca=/ca.pem", "contradict"],
    ["imaps://a:secret@host/INBOX?ca=", "no file"],
    ["imaps://a:secret@/INBOX", "names no host"],
    ["imaps://a:secret@host:99999/INBOX", "port"],
    ["imaps://a:sec#ret@host/INBOX", "unencoded #"],
    ["imaps://a:secret%zz@host/INBOX", "percent"],
    ["imaps://a:secret@host/INBOX?tls=none", "contradict"],
    ["imap://a:secret@localhost/INBOX?tls=maybe", "tls"],
    ["imap://a:secret@localhost/INBOX?ssl=no", '"ssl"'],
  ])("says what is wrong with %s, and never the password", (url, problem) => {
    try {
      parseMailboxUrl(url, "IMAP_URL");
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toContain(problem);
      expect((error as Error).message).not.toContain("secret");
    }
  });
});
