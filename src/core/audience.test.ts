import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import {
  decideReplyRecipients,
  fingerprintWarning,
  type ReplyAddressees,
  type ReplyWords,
  warnAboutRecipients,
  warnAboutText,
} from "./audience.ts";
import { isInternalHost } from "./audience-signs.ts";
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
  test("nothing goes to a name that leads nowhere", () => {
    const from = { address: "unknown@sender.invalid", name: "Unknown sender" };
    expect(decideReplyRecipients({ from, replyTo: [], to: [], cc: [] }, from.address, OWN)).toEqual({
      to: [],
      cc: [],
    });
  });

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

type ReplyDraft = ReplyAddressees & ReplyWords;
const warnAboutReply = (draft: ReplyDraft) => [...warnAboutRecipients(draft), ...warnAboutText(draft)];

describe("what a moderator is warned of", () => {
  const draft = (over: Partial<ReplyDraft>): ReplyDraft => {
    const recipients = { to: [at("ada@customer.example")], cc: [at("bob@customer.example")] };
    return {
      text: "Hello Ada,\n\nplease restart the printer. That usually helps.\n\nBest regards,\nGrace",
      recipients,
      previousRecipients: recipients,
      earlier: null,
      staffNames: ["Grace Hopper", "Linus", "Ada Byron"],
      customerNames: ["Ada Moreau"],
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

  test("who joined with the customer's last message is named, and nobody at the first answer", () => {
    const joined = draft({ earlier: ["Ada@customer.example"] });
    expect(warnAboutReply(joined)).toEqual([
      "Joined with the customer's last message: bob@customer.example.",
    ]);
    expect(warnAboutReply(draft({ earlier: ["ada@customer.example", "bob@customer.example"] }))).toEqual([]);
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
    ["> note: he is a friend of the boss", "internal note"],
    ["**Internal:** refund him anyway", "internal note"],
    ["Intern: nicht zahlen", "internal note"],
    ["Confidential - between the teams", "internal note"],
    ["This is internal only, of course.", "internal"],
    ["But don’t tell him yet.", "internal"],
    ["Do not share this with anyone.", "internal"],
    ["Keep this between us, please.", "internal"],
    ["Bitte nicht an den Kunden weiterleiten", "internal"],
    ["Our client complains every week.", "about the customer"],
    ["<!channel> who can help?", "@name"],
    ["<!subteam^S0123|@network> please", "@name"],
    ["ask (@here) first", "@name"],
    ["<@W012ABCDEF|linus> knows", "@name"],
    ["See https://user:pw@10.1.2.3:8443/x", "only works inside"],
    ["See http://172.20.1.1/", "only works inside"],
    ["See http://169.254.169.254/latest", "only works inside"],
    ["See http://100.64.3.4/x", "only works inside"],
    ["See http://[fd00::12]/x and http://[::1]:3000", "only works inside"],
    ["See https://jira.corp/browse/X-1", "only works inside"],
    ["See https://wiki.home.arpa./x", "only works inside"],
    ["Grace  Hopper will call you.", "names Grace Hopper of the desk"],
    ["I asked grace hopper; she agrees.", "names Grace Hopper of the desk"],
    ["As Ada Byron told me", "names Ada Byron of the desk"],
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
    "Hi Ada, this is solved.",
    "Ada, please try again.",
    "Please note: the office is closed on Monday.",
    "The note is in the box.",
    "Grace period and Hopper cars are other things.",
    "See http://172.32.1.1/ and http://11.0.0.1/ and https://example.local.com/.",
    "See https://[2001:db8::1]/x",
    "International shipping takes a week.",
    "Write to me at eva@here.example.",
    "We do not share your data with anyone else's systems without asking: see https://example.com/privacy",
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
        "<!",
        "<@U012ABCDEF|",
        "https://a@",
        "don't tell the ",
        "grace ",
        "> * _",
      ])
        about(part.repeat(50_000));
    });
    expect(elapsedMs).toBeLessThan(3_000);
  });
});

describe("isInternalHost", () => {
  test.each([
    ["localhost", true],
    ["printer", true],
    ["a.b.LOCAL.", true],
    ["10.0.0.1", true],
    ["127.9.9.9", true],
    ["192.168.0.1", true],
    ["192.169.0.1", false],
    ["172.15.0.1", false],
    ["172.16.0.1", true],
    ["172.31.0.1", true],
    ["100.63.0.1", false],
    ["100.127.0.1", true],
    ["[fe80::1]", true],
    ["[2001:db8::1]", false],
    ["example.com", false],
    ["local.example.com", false],
  ])("%s: %s", (host, inside) => {
    expect(isInternalHost(host)).toBe(inside);
  });
});

describe("fingerprintWarning", () => {
  test("tells warnings apart, and is short", () => {
    const warnings = [
      "It links to Slack.",
      "It links to slack.",
      "",
      "Joined: a@x.example",
      "Joined: b@x.example",
    ];
    const prints = warnings.map(fingerprintWarning);
    expect(new Set(prints).size).toBe(warnings.length);
    expect(Math.max(...prints.map((print) => print.length))).toBeLessThanOrEqual(7);
  });
});
