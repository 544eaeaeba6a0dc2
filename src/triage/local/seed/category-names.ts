/** Which of the start's categories a desk means by names of its own: "Logins", "Netzwerk" or "Invoices & Payments". */

/** Words by which a category is named, folded as tokenise.ts folds; by category of the start. */
const NAME_WORDS: Record<string, string> = {
  "Access & Accounts":
    "access accesses account accounts login logins logon signin password passwords identity iam permission permissions " +
    "authorization authorisation authentication onboarding offboarding user users rights administrative credentials " +
    "zugriff zugang konto konten benutzer anmeldung passwort berechtigung berechtigungen acces compte comptes " +
    "utilisateur utilisateurs acceso accesos cuenta cuentas usuario usuarios acesso acessos conta contas toegang " +
    "アカウント アクセス ログイン パスワード",
  Hardware:
    "hardware device devices equipment printer printers printing laptop laptops computer computers pc desktop monitor " +
    "peripherals phone phones mobile workstation asset assets geraet gerate drucker materiel imprimante imprimantes " +
    "equipo equipos impresora impresoras equipamento impressora ハードウェア プリンター",
  Software:
    "software application applications app apps program programs programme programmes operating windows office erp sap " +
    "installation anwendung anwendungen logiciel logiciels aplicacion aplicaciones aplicativo aplicativos programa " +
    "ソフトウェア アプリ",
  Network:
    "network networks networking connectivity internet vpn wifi wlan lan firewall dns netzwerk reseau red redes rede " +
    "conexion netwerk ネットワーク",
  "Email & Calendar":
    "email emails mail mails mailbox mailboxes outlook exchange calendar calendars messaging kalender courriel " +
    "messagerie agenda correo calendario メール",
  Billing:
    "billing bill bills invoice invoices invoicing payment payments finance financial refund refunds subscription " +
    "subscriptions sales pricing purchase purchases purchasing purchasing order orders procurement accounting " +
    "rechnung rechnungen zahlung zahlungen abrechnung facturation facture factures paiement paiements facturacion factura facturas " +
    "pago pagos faturamento fatura faturas pagamento pagamentos 請求 支払い",
  Product:
    "product products feature features api bug bugs integration integrations usage feedback produkt produit producto " +
    "produto funcionalidad 製品",
  Security:
    "security cybersecurity infosec phishing malware virus privacy gdpr incident abuse fraud breach sicherheit " +
    "datenschutz securite seguridad seguranca beveiliging セキュリティ",
};

const BY_WORD = new Map(
  Object.entries(NAME_WORDS).flatMap(([category, words]) =>
    words.split(/\s+/u).map((word) => [word, category] as const),
  ),
);

/** The categories of the start that the folded words of a name point to, each once; none for a name of its own kind. */
export function guessStartCategories(foldedWords: string[]): string[] {
  return [...new Set(foldedWords.flatMap((word) => BY_WORD.get(word) ?? []))];
}
