import { describe, expect, it } from "vitest";
import { readAuthentication } from "./authentication.ts";
import { readHeaderFields } from "./headers.ts";

const read = (...lines: string[]) =>
  readAuthentication(readHeaderFields(Buffer.from(`${lines.join("\n")}\n\nx`)));
const RESULTS = "spf=pass smtp.mailfrom=a.example; dkim=fail (bad; dkim=pass) header.d=a.example; dmarc=none";

describe("readAuthentication", () => {
  it("reads what the receiving server wrote on top", () => {
    const own = `Authentication-Results: MX.desk.example 1; ${RESULTS}`;
    expect(read(own, "Received: from a.example by mx.desk.example with ESMTP")).toEqual({
      server: "mx.desk.example",
      spf: "pass",
      dkim: "fail",
      dmarc: "none",
    });
  });

  it("reads what a server writes below its own Received line, as Gmail does", () => {
    const lines = [
      "Received: by 2002:a05:6a10 with SMTP id x",
      "Received: from a.example by mx.google.com with ESMTPS",
    ];
    expect(read(...lines, `Authentication-Results: mx.google.com; ${RESULTS}`)?.server).toBe("mx.google.com");
  });

  it("reads results without the server's name, as Microsoft 365 writes them", () => {
    const received = "Received: from x by AM0PR01MB1.eurprd01.prod.outlook.com with HTTPS";
    const results =
      "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dmarc=fail";
    expect(read(received, results)).toEqual({ server: "", spf: "pass", dkim: "none", dmarc: "fail" });
    expect(read("Received: from x by mx.desk.example", results)).toBeNull();
  });

  it("believes none that an earlier hop or the sender wrote", () => {
    expect(
      read("Received: from a by mx.desk.example", `Authentication-Results: mx.evil.example; ${RESULTS}`),
    ).toBeNull();
    expect(
      read("Received: from a by mx.desk.co.uk", `Authentication-Results: mx.evil.co.uk; ${RESULTS}`),
    ).toBeNull();
    expect(read("From: a@b.example")).toBeNull();
  });

  it("looks at the topmost only", () => {
    const forged = `Authentication-Results: mx.desk.example; dmarc=pass`;
    expect(read("Authentication-Results: mx.desk.example; dmarc=fail", forged)?.dmarc).toBe("fail");
  });

  it("takes one passing signature of several for a pass", () => {
    expect(read("Authentication-Results: mx.desk.example; dkim=fail; dkim=pass; spf=hardfail")).toMatchObject(
      {
        dkim: "pass",
        spf: "fail",
      },
    );
  });
});
