import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import { createRedactor, REDACTION_KINDS, type RedactionKind } from "./redaction.ts";

const STANDARD: RedactionKind[] = ["cards", "ibans", "secrets"];
const redact = (text: string, kinds: readonly RedactionKind[] = STANDARD) =>
  createRedactor(kinds).redact(text);

/** Put together here, so that no scanner takes the tests for a leak. */
const join = (...parts: string[]) => parts.join("");

describe("what leaves is without", () => {
  test.each([
    ["My card 4111111111111111 was charged twice", "4111111111111111"],
    ["card 4111 1111 1111 1111, exp 12/29", "4111 1111 1111 1111"],
    ["card 4111-1111-1111-1111 12 29 123", "4111-1111-1111-1111"],
    ["Amex 378282246310005.", "378282246310005"],
    ["Mastercard 5555 5555 5555 4444", "5555 5555 5555 4444"],
    ["全角 ４１１１１１１１１１１１１１１１ です", "４１１１１１１１１１１１１１１１"],
    ["بطاقة ٤١١١١١١١١١١١١١١١", "٤١١١١١١١١١١١١١١١"],
    ["Order 77 4111 1111 1111 1111", "4111 1111 1111 1111"],
  ])("card numbers: %s", (text, value) => {
    const sent = redact(text);
    expect(sent).not.toContain(value);
    expect(sent).toBe(text.replace(value, "[card-1]"));
  });

  test.each([
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "FR14 2004 1010 0505 0001 3M02 606",
    "nl91abna0417164300",
    "NO93 8601 1117 947",
  ])("account numbers: %s", (iban) => {
    expect(redact(`Please pay back to ${iban} by Friday`)).toBe("Please pay back to [iban-1] by Friday");
  });

  test.each([
    ["a key of AWS", join("AKIA", "IOSFODNN7EXAMPLE")],
    ["a token of GitHub", join("ghp", "_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8")],
    ["a fine-grained token", join("github", "_pat_", "11ABCDEFG0abcdefghijkl_mnopqrstuv")],
    ["a token of Slack", join("xoxb", "-123456789012-abcdefghijkl")],
    ["a key of a model's vendor", join("sk", "-proj-", "abcdefghijklmnopqrstuvwx")],
    ["a key of a payment vendor", join("sk", "_live_", "abcdefghijklmnop")],
    ["a key of Google", join("AIza", "SyA1234567890abcdefghijklmnopqrstuv")],
    ["a JSON Web Token", join("eyJ", "hbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0In0", ".c2lnbmF0dXJl")],
    ["a webhook", join("hooks.slack", ".com/services/T000/B000/abcdefghij")],
    [
      "a private key",
      join("-----BEGIN RSA ", "PRIVATE KEY-----\nMIIEow\nIBAAK=\n-----END RSA ", "PRIVATE KEY-----"),
    ],
    [
      "a private key without an end",
      join("-----BEGIN OPENSSH ", "PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nAAAABG5vbmU"),
    ],
  ])("%s", (_name, secret) => {
    const sent = redact(`It says 401.\n${secret}`);
    expect(sent).toBe("It says 401.\n[secret-1]");
  });

  test.each([
    ["password: hunter2", "hunter2"],
    ["Password=tiger", "tiger"],
    ["my password is Tiger!7 and it fails", "Tiger!7"],
    ["Passwort: geheim123", "geheim123"],
    ["Mein Kennwort lautet Sommer2026", "Sommer2026"],
    ["mot de passe : soleil99", "soleil99"],
    ["mon mdp est s0leil", "s0leil"],
    ["contraseña: verano22", "verano22"],
    ["Minha senha é abc123", "abc123"],
    ["la parola d'ordine: gatto", "gatto"],
    ["wachtwoord: fietsbel", "fietsbel"],
    ["hasło: kot123", "kot123"],
    ["jelszó: macska", "macska"],
    ["şifre: kedi1234", "kedi1234"],
    ["Пароль: кошка77", "кошка77"],
    ["κωδικός: gata55", "gata55"],
    ["كلمة المرور: qitta99", "qitta99"],
    ["סיסמה: hatul88", "hatul88"],
    ["パスワードは neko123 です", "neko123"],
    ["密码：mao12345", "mao12345"],
    ["비밀번호: goyangi1", "goyangi1"],
    ["mật khẩu: meo12345", "meo12345"],
    ["PIN: 4711", "4711"],
    ["The verification code is 123456", "123456"],
    ["postgres://app:s3cr3t@db.internal/x", "s3cr3t"],
    ["https://x.example/cb?x=1&access_token=abcdef123456", "abcdef123456"],
    ["Authorization: Bearer abc.def-ghi_jkl", "abc.def-ghi_jkl"],
    ["SSN 123-45-6789", "123-45-6789"],
    ['{"password": "hunter2"}', "hunter2"],
  ])("what follows its name: %s", (text, value) => {
    expect(redact(text)).toBe(text.replace(value, "[secret-1]"));
  });

  test("addresses and telephone numbers, where that is asked for", () => {
    const text = "Call +49 30 1234567 or write to ada.l@example.com";
    expect(redact(text)).toBe(text);
    expect(redact(text, ["emails", "phones"])).toBe("Call [phone-1] or write to [email-2]");
  });
});

describe("what is no secret stays", () => {
  test.each([
    "I forgot my password and cannot log in.",
    "My password is expired since Monday",
    "Password: expired",
    "The password reset does not work",
    "Passwort vergessen, bitte zurücksetzen",
    "Mon mot de passe est oublié",
    "Пароль не подходит",
    "パスワードを忘れました。",
    "Order 1234567890123456 of 2026-11-22 10:00",
    "Version 10.0.19045.3803, error 0x80070005",
    "Tracking 00340434161094042557 is late",
    "DE89 3704 0044 0532 0130 02 has a typo",
    "The token expired",
    "We are on 192.168.100.200",
    "Ticket AB12 3456 7890 1234",
  ])("%s", (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe("what comes back", () => {
  test("is read with the values in place, whatever the case of the placeholder", () => {
    const redactor = createRedactor(STANDARD);
    const text = "Card 4111111111111111, password: hunter2, again 4111111111111111";
    const sent = redactor.redact(text);
    expect(sent).toBe("Card [card-1], password: [secret-2], again [card-1]");
    expect(redactor.restore(sent)).toBe(text);
    expect(redactor.restore("the [CARD-1] and [card 1]")).toBe("the 4111111111111111 and 4111111111111111");
    expect(redactor.count()).toBe(2);
  });

  test("never turns what a writer spelt like a placeholder into a value", () => {
    const redactor = createRedactor(STANDARD);
    const sent = redactor.redact("[secret-1] [card-1] and password: hunter2");
    expect(sent).toBe("[secret-1] [card-1] and password: [secret-2]");
    expect(redactor.restore(sent)).toBe("[secret-1] [card-1] and password: hunter2");
  });

  test("holds nothing of other people's words", () => {
    const redactor = createRedactor(STANDARD);
    expect(redactor.erase("password: hunter2")).toBe("password: [secret]");
    expect(redactor.restore("[secret] [secret-1]")).toBe("[secret] [secret-1]");
  });

  test("a switch that is off changes nothing", () => {
    const text = "Card 4111111111111111, password: hunter2";
    expect(createRedactor([]).redact(text)).toBe(text);
  });
});

test("hostile input takes time in proportion to its length", () => {
  const elapsedMs = measureCpuMs(() => {
    for (const part of [
      "4",
      "4 ",
      "password: ",
      "DE89 ",
      "-----BEGIN PRIVATE KEY-----\n",
      "eyJ",
      "a:",
      "a@",
      "+",
      "x://a:",
      "0 (",
      "?token=",
    ])
      createRedactor(REDACTION_KINDS).redact(part.repeat(Math.ceil(100_000 / part.length)));
  });
  expect(elapsedMs).toBeLessThan(20_000);
});
