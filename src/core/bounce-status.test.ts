import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import { condemnsAddress, decideBounceKind, readStatus, readTextStatus } from "./bounce-status.ts";

describe("readTextStatus", () => {
  test.each([
    ["550 5.1.1 no such user", "5.1.1"],
    ["550 no such user here", "5.1.1"],
    ["552 mailbox is full", "5.2.2"],
    ["452 mailbox is over quota", "4.2.2"],
    ["552 message size exceeds the limit", "5.3.4"],
    ["550 blocked by our spam policy", "5.7.1"],
    ["421 something else", "4.0.0"],
    ["550 something else", "5.0.0"],
    ["5.0.0 but user unknown", "5.1.1"],
    ["User unknown", "5.1.1"],
    ["Host not found", "5.1.2"],
    ["The account has been disabled", "5.2.1"],
    ["retry timeout exceeded", "4.4.7"],
    ["宛先不明", "5.1.1"],
  ])("%s comes to %s", (text, status) => {
    expect(readTextStatus(text)).toBe(status);
  });

  test.each(["", "Hello", "call 5551234", "version 5.1.1.2", "host 5.9.1.44 said no", "mailer/5.1.1"])(
    "«%s» comes to none",
    (text) => {
      expect(readTextStatus(text)).toBeNull();
    },
  );

  test("takes time in proportion to the text's length", () => {
    const elapsedMs = measureCpuMs(() => {
      for (const unit of ["user ", "mailbox x ", "5.1.", "550 ", "a", "message size ", "host "])
        readTextStatus(unit.repeat(50_000 / unit.length));
    });
    expect(elapsedMs).toBeLessThan(1_000);
  });
});

test("readStatus reads the first whole code only", () => {
  expect(readStatus("(4.4.7) then 5.1.1")).toBe("4.4.7");
  expect(readStatus("5.9.1")).toBeNull();
});

test("a full mailbox and a delay are soft, whatever else is said", () => {
  expect(decideBounceKind(false, "5.2.2")).toBe("soft");
  expect(decideBounceKind(true, "5.1.1")).toBe("soft");
  expect(decideBounceKind(false, "4.4.7")).toBe("soft");
  expect(decideBounceKind(false, "5.1.1")).toBe("hard");
  expect(decideBounceKind(false, null)).toBe("hard");
});

describe("condemnsAddress", () => {
  test.each(["5.1.1", "5.1.2", "5.1.10", "5.2.1", "5.4.4", "5.0.0", null])("%s does", (status) => {
    expect(condemnsAddress({ kind: "hard", status })).toBe(true);
  });
  test.each(["5.7.1", "5.7.606", "5.3.4", "5.2.3", "5.1.8", "5.1.7", "5.6.0", "5.5.1"])(
    "%s does not",
    (status) => {
      expect(condemnsAddress({ kind: "hard", status })).toBe(false);
    },
  );
  test("nothing soft does", () => {
    expect(condemnsAddress({ kind: "soft", status: "5.2.2" })).toBe(false);
    expect(condemnsAddress({ kind: "soft", status: null })).toBe(false);
  });
});
