import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import { decideReplyRecipients, type ReplyDraft, warnAboutReply } from "./audience.ts";
import type { EmailAddress } from "./inbound.ts";

const at = (address: string, name = ""): EmailAddress => ({ address, name });
const OWN = ["support@example.com", "help@example.com"];
const addresses = (list: EmailAddress[]) => list.map(({ address }) => address);

const decide = (mail: {
  from?: EmailAddress;
  replyTo?: EmailAddress[];
  to?: EmailAddress[];
  cc?: EmailAddress[];
}) => {
  const last = {
    from: at("ada@customer.example"),
    replyTo: [],
    to: [at("support@example.com")],
    cc: [],
    ...mail,
  };
  const { to, cc } = decideReplyRecipients(last, "ada@customer.example", OWN);
  return { to: addresses(to), cc: addresses(cc) };
};

describe("decideReplyRecipients", () => {
  test("a reply goes to From, and CC recipients are kept", () => {
    expect(decide({ cc: [at("bob@customer.example"), at("carol@other.example")] })).toEqual({
      to: ["ada@customer.example"],
      cc: ["bob@customer.example", "carol@other.example"],
    });
  });

  test("Reply-To goes before From, with all its addresses", () => {
    expect(decide({ replyTo: [at("desk@customer.example"), at("x@customer.example")] }).to).toEqual([
      "desk@customer.example",
      "x@customer.example",
    ]);
  });

  test("our own addresses never receive it, plus-addressed and in any case", () => {
    expect(
      decide({
        replyTo: [at("Support+t1@Example.com")],
        to: [at("support@example.com"), at("support+t1@example.com"), at("dan@customer.example")],
        cc: [at("HELP@example.com"), at("helper@example.com")],
      }),
    ).toEqual({ to: ["ada@customer.example"], cc: ["dan@customer.example", "helper@example.com"] });
  });

  test("nobody receives it twice", () => {
    expect(
      decide({
        to: [at("ada@customer.example"), at("bob@x.example")],
        cc: [at("Bob@X.example"), at("ADA@customer.example")],
      }),
    ).toEqual({
      to: ["ada@customer.example"],
      cc: ["bob@x.example"],
    });
  });

  test("a From of our own, as contact forms write it, falls back to the requester", () => {
    expect(decide({ from: at("support@example.com") }).to).toEqual(["ada@customer.example"]);
  });

  test("what is no address receives nothing", () => {
    expect(
      decide({ cc: [at(""), at("undisclosed-recipients:;"), at("a b@x.example"), at("x@"), at("@x")] }).cc,
    ).toEqual([]);
    expect(decideReplyRecipients({ from: at(""), replyTo: [], to: [], cc: [] }, "", OWN)).toEqual({
      to: [],
      cc: [],
    });
  });
});

describe("warnAboutReply", () => {
  const draft = (over: Partial<ReplyDraft>): ReplyDraft => {
    const recipients = { to: [at("ada@customer.example")], cc: [at("bob@customer.example")] };
    return {
      text: "Hello Ada,\n\nplease restart the printer. That usually helps.\n\nBest regards,\nGrace",
      recipients,
      previousRecipients: recipients,
      staffNames: ["Grace Hopper", "Linus"],
      internalHosts: ["wiki.corp.example", ".intern.example"],
      ...over,
    };
  };
  const about = (text: string) => warnAboutReply(draft({ text })).join(" ");

  test("an ordinary reply to the same people warns of nothing", () => {
    expect(warnAboutReply(draft({}))).toEqual([]);
  });

  test("recipients that were added or left out are named", () => {
    const changed = draft({
      recipients: { to: [at("ada@customer.example")], cc: [at("eve@stranger.example")] },
    });
    expect(warnAboutReply(changed)).toEqual([
      "New since the customer's last message: eve@stranger.example.",
      "Left out since the customer's last message: bob@customer.example.",
    ]);
    const moved = draft({
      recipients: { to: [at("Bob@customer.example"), at("ada@customer.example")], cc: [] },
    });
    expect(warnAboutReply(moved)).toEqual([]);
  });

  test("a first reply has nobody to compare with; a reply to nobody is said", () => {
    expect(warnAboutReply(draft({ previousRecipients: { to: [], cc: [] } }))).toEqual([]);
    expect(
      warnAboutReply(draft({ recipients: { to: [], cc: [] }, previousRecipients: { to: [], cc: [] } })),
    ).toEqual(["Nobody would receive it: there is no recipient."]);
  });

  test.each([
    ["note: she calls every day", "internal note"],
    ["Hello\nInternal - do not pay this", "internal note"],
    ["#internal: he is wrong", "internal note"],
    ["This is for internal use.", "internal"],
    ["Please don't tell the customer.", "internal"],
    ["The customer is confused again.", "about the customer"],
    ["@linus can you look?", "@name"],
    ["<@U012ABCDEF> please", "@name"],
    ["@here who knows this?", "@name"],
    ["See https://deskhand.slack.com/archives/C1/p2", "Slack"],
    ["The password is hunter2hunter2", "password"],
    ["api key: 0123456789abcdef", "password"],
    ["xoxb-1234567890-abcdef", "secret key"],
    ["-----BEGIN RSA PRIVATE KEY-----", "secret key"],
    ["Hello {{customer.name}},", "placeholder"],
    ["Hello [name],", "placeholder"],
    ["TODO say sorry", "placeholder"],
    ["See http://localhost:8080/x", "only works inside"],
    ["See http://10.0.0.7/x", "only works inside"],
    ["See http://intranet/x", "only works inside"],
    ["See https://git.build.local/x", "only works inside"],
    ["It is on WIKI.corp.example/help", "internal host (wiki.corp.example)"],
    ["It is on https://git.intern.example/x", "internal host (intern.example)"],
    ["Hi Linus, can you take this?", "addressed to Linus"],
    ["Grace: what do you think?", "addressed to Grace Hopper"],
    ["  \n ", "empty"],
  ])("«%s» warns of «%s»", (text, warning) => {
    expect(about(text)).toContain(warning);
  });

  test.each([
    "Please take note of the new number.",
    "Our customer service is open until six.",
    "Write to ada@customer.example or help@example.com.",
    "See https://help.example.com/printer and http://example.com.",
    "Please reset your password under https://example.com/password.",
    "Dear Ada, thank you for the token you sent us by post.",
    "Graceful restarts are possible: run it twice.",
    "The wiki.corp.example.org page is public.",
    "Hello Lina, the internal battery is empty.",
  ])("«%s» warns of nothing", (text) => {
    expect(warnAboutReply(draft({ text }))).toEqual([]);
  });

  test("hostile text takes time in proportion to its length", () => {
    const elapsedMs = measureCpuMs(() => {
      for (const part of [
        "\n",
        " ",
        "http://a.",
        "@a ",
        "password ",
        "{{",
        "note",
        "wiki.corp.example",
        "-----BEGIN ",
      ])
        about(part.repeat(50_000));
    });
    expect(elapsedMs).toBeLessThan(3_000);
  });
});
