/** A draft for the answer, in the requester's language where we have one. A person edits and sends it. */

const DRAFTS: Record<string, string> = {
  en: "Hello,\n\nthank you for your message. We are looking into it and will come back to you.\n\nKind regards",
  de: "Guten Tag,\n\nvielen Dank für Ihre Nachricht. Wir sehen uns das an und melden uns bei Ihnen.\n\nMit freundlichen Grüßen",
  fr: "Bonjour,\n\nmerci pour votre message. Nous examinons votre demande et revenons vers vous.\n\nCordialement",
  es: "Hola:\n\nGracias por su mensaje. Lo estamos revisando y le responderemos.\n\nUn saludo",
  pt: "Olá,\n\nobrigado pela sua mensagem. Estamos a analisá-la e voltaremos a contactá-lo.\n\nAtenciosamente",
  it: "Buongiorno,\n\ngrazie per il suo messaggio. Lo stiamo esaminando e le risponderemo.\n\nCordiali saluti",
  nl: "Hallo,\n\nbedankt voor uw bericht. We kijken ernaar en komen er bij u op terug.\n\nMet vriendelijke groet",
  ja: "お問い合わせありがとうございます。\n\n内容を確認のうえ、あらためてご連絡いたします。\n\nよろしくお願いいたします。",
};

/** English where the language is not known. */
export function draftReply(language: string): string {
  return DRAFTS[language] ?? (DRAFTS.en as string);
}
