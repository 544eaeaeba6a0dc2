import { describe, expect, test } from "vitest";
import { trimReply } from "../reply-text.ts";

const trimmed = (text: string) => trimReply(text).textTrimmed;

const NOTICES: [string, string][] = [
  [
    "en",
    "This e-mail is confidential and intended solely for the addressee.\nIf you have received it in error, please delete it and notify the sender.",
  ],
  [
    "en, long",
    "CONFIDENTIALITY NOTICE: The contents of this email message and any attachments are intended solely for the addressee(s) and may contain confidential and/or privileged information. If you are not the intended recipient, please alert the sender and then delete this message.",
  ],
  [
    "de",
    "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Empfänger sind, informieren Sie bitte sofort den Absender und vernichten Sie diese Mail.",
  ],
  [
    "fr",
    "Ce message et ses pièces jointes sont confidentiels et établis à l'intention exclusive de leurs destinataires. Si vous l'avez reçu par erreur, merci de le supprimer et d'avertir l'expéditeur.",
  ],
  [
    "es",
    "Este mensaje puede contener información confidencial dirigida a su destinatario. Si lo ha recibido por error, elimínelo y notifíquelo al remitente.",
  ],
  [
    "pt",
    "Esta mensagem pode conter informação confidencial e destina-se ao seu destinatário. Se a recebeu por engano, apague-a e informe o remetente.",
  ],
  [
    "it",
    "Questo messaggio può contenere informazioni riservate al solo destinatario. Se ricevuto per errore, vi preghiamo di distruggerlo e di avvisare il mittente.",
  ],
  [
    "nl",
    "Dit bericht is vertrouwelijk en alleen bestemd voor de geadresseerde. Indien u dit bericht abusievelijk ontvangt, verwijder het dan en meld het ons.",
  ],
  [
    "sv",
    "Detta meddelande är konfidentiellt och avsett endast för mottagaren. Om du fått det av misstag, radera det och meddela avsändaren omgående.",
  ],
  [
    "pl",
    "Niniejsza wiadomość jest poufna i przeznaczona wyłącznie dla adresata. Jeśli otrzymali ją Państwo omyłkowo, prosimy o jej usunięcie i powiadomienie nadawcy.",
  ],
  [
    "cs",
    "Tato zpráva je důvěrná a určená pouze jejímu příjemci. Pokud jste ji obdrželi omylem, smažte ji prosím a informujte odesílatele o této chybě.",
  ],
  [
    "ru",
    "Данное сообщение содержит конфиденциальную информацию и предназначено только получателю. Если вы получили его по ошибке, удалите его и сообщите отправителю.",
  ],
  [
    "tr",
    "Bu e-posta gizli bilgiler içerebilir ve yalnızca alıcısı içindir. Yanlışlıkla aldıysanız lütfen siliniz ve gönderene haber veriniz, teşekkür ederiz.",
  ],
  [
    "zh",
    "本邮件及其附件含有公司的保密信息，仅限于发送给上面地址中列出的收件人。禁止任何其他人以任何形式使用。如果您错收了本邮件，请您立即电话或邮件通知发件人并删除本邮件！谢谢您的配合与理解，祝您工作顺利，万事如意。",
  ],
];

describe("a legal notice under the words is cut", () => {
  test.each(NOTICES)("%s", (_, notice) => {
    expect(trimmed(`It works now.\n\nRegards,\nGrace\n\n${notice}\n`)).toBe(
      "It works now.\n\nRegards,\nGrace",
    );
  });

  test("with a heading, a rule and a second paragraph, also over a quote", () => {
    const mail = `It works now.\n\n________________\nDISCLAIMER\n\n${NOTICES[0]?.[1]}\n\n${NOTICES[2]?.[1]}\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> Ok?`;
    expect(trimmed(mail)).toBe("It works now.");
  });

  test.each([
    "Please keep this confidential: the recipient of the parcel was not at home, and the courier left it with a neighbour whom nobody here knows.",
    "Please delete this email from your list: I am not the recipient of these any more, and notify me when it is done.",
    "Confidential: this message is for one recipient only.",
    "I deleted the message by mistake. Could you send it to me once more, please, and tell me whether the attachments are complete this time?",
    "Is the e-mail of your colleague intended for me? It says that I owe you 300 euros, and I have no idea what for; I never ordered anything.",
  ])("somebody's own paragraph stays: %s", (text) => {
    expect(trimmed(`Hello,\n\n${text}`)).toBe(`Hello,\n\n${text}`);
  });

  test("a mail that is nothing but a notice stays", () => {
    expect(trimmed(NOTICES[0]?.[1] ?? "")).toBe(NOTICES[0]?.[1]);
  });
});

const BANNERS: [string, string][] = [
  [
    "en",
    "CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless you recognize the sender.",
  ],
  ["en, in brackets", "[EXTERNAL EMAIL] Do not click links or open attachments unless you know the sender."],
  [
    "en, of two lines",
    "*** External email: be careful ***\nThis message came from outside the company; check before you open attachments.",
  ],
  [
    "de",
    "ACHTUNG: Diese E-Mail stammt von einem externen Absender. Klicken Sie nur dann auf Links oder Anhänge, wenn Sie den Absender kennen.",
  ],
  [
    "fr",
    "ATTENTION : ce message provient d'un expéditeur externe. Ne cliquez pas sur les liens et n'ouvrez pas les pièces jointes.",
  ],
  [
    "es",
    "ATENCIÓN: este correo procede de un remitente externo. No abra los archivos adjuntos ni los enlaces.",
  ],
  ["it", "ATTENZIONE: questa e-mail proviene da un mittente esterno. Non aprire gli allegati."],
  ["nl", "LET OP: deze e-mail komt van een externe afzender. Open geen bijlagen."],
  [
    "tip",
    "You don't often get email from grace@example.com. Learn why this is important [https://aka.ms/LearnAboutSenderIdentification]",
  ],
];

describe("a mail server's warning over the words is cut", () => {
  test.each(BANNERS)("%s", (_, banner) => {
    expect(trimmed(`${banner}\n\nThe printer is broken.`)).toBe("The printer is broken.");
    expect(trimmed(`${banner}\n________________\n\nThe printer is broken.`)).toBe("The printer is broken.");
  });

  test.each([
    "Attention: the printer on floor 3 burns!",
    "External links on your page do not open.",
    "Warning: the disk outside the server room is full, says your mail.\nWhat now?",
    "Achtung, ich kann die Anhänge nicht öffnen.",
  ])("somebody's own beginning stays: %s", (text) => {
    expect(trimmed(`${text}\n\nThanks, Grace`)).toBe(`${text}\n\nThanks, Grace`);
  });
});
