/** What secrets look like: by the marks that vendors give them, or by the word that stands before them. */

/** Tokens that tell what they are. The prefixes are those that the vendors document for secret scanners. */
export const MARKED_SECRETS: readonly RegExp[] = [
  // PEM and OpenSSH private keys, PGP blocks; one without its end goes to the end of its lines.
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]{0,16000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?:\s*[A-Za-z0-9+/=:, -]{1,200}\s*$){0,400})/gmu,
  /PuTTY-User-Key-File-\d[\s\S]{0,16000}?Private-MAC: ?[0-9a-f]+/gu,
  /AGE-SECRET-KEY-1[0-9A-Z]{40,70}/gu,
  // JSON Web Tokens.
  /\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*/gu,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b/gu,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/gu,
  /\bgithub_pat_[A-Za-z0-9_]{22,}/gu,
  /\bgl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{20,}/gu,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{10,}/gu,
  /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/_-]{10,}/gu,
  /\bsk-(?:ant-|proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{20,}/gu,
  /\b[rsp]k_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9+/=]{16,}/gu,
  /\bAIza[A-Za-z0-9_-]{30,}|\bya29\.[A-Za-z0-9_-]{20,}|\bGOCSPX-[A-Za-z0-9_-]{20,}/gu,
  /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/gu,
  /\bnpm_[A-Za-z0-9]{30,}|\bpypi-[A-Za-z0-9_-]{30,}|\brubygems_[a-f0-9]{40,}/gu,
  /\bdo[por]_v1_[a-f0-9]{40,}|\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{30,}|\bhf_[A-Za-z0-9]{30,}|\bATATT3[A-Za-z0-9_=-]{30,}/gu,
  /\bsq0(?:atp|csp|idp)-[A-Za-z0-9_-]{20,}|\bkey-[0-9a-f]{32}\b|\bEAA[A-Za-z0-9]{30,}|\bdckr_pat_[A-Za-z0-9_-]{20,}/gu,
  /\b\d{8,10}:AA[A-Za-z0-9_-]{32,}/gu,
  /\b[MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{25,}/gu,
  /\bhvs\.[A-Za-z0-9_-]{20,}|\bvault:v\d+:[A-Za-z0-9+/=]{16,}|\bAccountKey=[A-Za-z0-9+/=]{20,}/gu,
];

/** The secret is the group `value`; what stands around it stays readable. */
export const PLACED_SECRETS: readonly RegExp[] = [
  // https://user:password@host, postgres://..., and the same in a connection string.
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,80}:(?<value>[^\s/@]{1,200})@/giu,
  /\bAuthorization\s*[:=]\s*["']?(?:Bearer|Basic|Token|Digest)\s+(?<value>[A-Za-z0-9._~+/=-]{8,})/giu,
  /\bBearer\s+(?<value>[A-Za-z0-9._~+/=-]{20,})/gu,
  /[?&#;](?:access_?token|refresh_?token|id_?token|auth|token|api_?key|apikey|key|sig|signature|secret|password|pwd|code|session(?:id)?)=(?<value>[^\s&#"'<>]{6,})/giu,
];

const LABELS = [
  // English and what programs write
  "pass ?words?|pass ?code|passphrase|passwd|passwrd|pwd|psw|pw|secret|client[ _-]?secret|api[ _-]?key|access[ _-]?key(?:[ _-]?id)?|secret[ _-]?(?:access[ _-]?)?key|private[ _-]?key|auth[ _-]?token|access[ _-]?token|refresh[ _-]?token|token|credentials?|recovery (?:code|key)|bitlocker (?:recovery )?key|license key|product key",
  // German, Dutch, Nordic
  "pass?wort|kennwort|passwörter|zugangsdaten|losungswort|zugangscode|wachtwoord|toegangscode|lösenord|adgangskode|kodeord|passord|lykilorð|salasana",
  // Romance
  "mot(?:s)? de passe|mdp|contraseña|contrasena|clave(?: de acceso)?|senha|palavra[- ]passe|parola d['’]ordine|parolă|parola|contrasenya|pasahitza",
  // Slavic, Baltic, Hungarian, Estonian, Turkish, Albanian
  "hasło|haslo|heslo|lozinka|geslo|slaptažodis|parole|jelszó|jelszo|parool|şifre|sifre|fjalëkalimi|пароль|пароля|парола|лозинка|гасло|құпия сөз",
  "κωδικός(?: πρόσβασης)?|συνθηματικό",
  // Right to left, India, South-East Asia
  "كلمة المرور|كلمة السر|الرقم السري|סיסמה|סיסמא|رمز عبور|گذرواژه|پاس ورڈ|पासवर्ड|পাসওয়ার্ড|கடவுச்சொல்|รหัสผ่าน|mật khẩu|kata sandi|sandi",
  // East Asia
  "パスワード|暗証番号|密码|密碼|口令|비밀번호|암호|패스워드",
].join("|");
const CODES =
  "pin(?:[ -]?(?:code|nummer|number))?|puk|cvv2?|cvc2?|otp|tan|2fa(?: code)?|mfa code|verification code|security code|one[- ]time (?:code|password)|bestätigungscode|code de vérification|código de verificación|codice di verifica|код подтверждения|验证码|驗證碼|認証コード|인증번호|geheimzahl";
const IS =
  "(?:\\s{0,3}(?:[:=：＝]|=>|->|→|–)\\s{0,3}|\\s+(?:is|was|are|ist|lautet|war|est|es|era|è|é|e|är|er|on|is nu|to|jest|je|це|это|este|olan|هو|هي|הוא|היא|है)\\s*[:=]?\\s+|\\s{0,2}(?:は|是|为|為|은|는|이|が)\\s{0,2}[:：]?\\s{0,2})";

/** "password: hunter2". With a colon nearly everything is taken, after "is" only what looks like a secret. */
export const LABELLED_SECRET = new RegExp(
  `(?<![\\p{L}\\p{N}])(?<label>${LABELS})(?:\\s?\\([^)\\n]{0,40}\\))?["'”]?(?<is>${IS})["'“„«\`]?(?<value>[^\\s"'“”„«»\`<>,;。、，]{3,128})`,
  "giu",
);
/** "PIN: 4711". */
export const LABELLED_CODE = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${CODES})["'”]?(?:${IS}|\\s{1,2})["'“]?(?<value>\\p{Nd}(?:[ -]?\\p{Nd}){2,9})(?!\\p{Nd})`,
  "giu",
);

/** What people write after "password:" without giving it away. */
export const NO_SECRETS = new Set(
  (
    "not the and for was has had can cannot can't could does doesn't don't did didn't isn't won't will would please reset " +
    "change changed expired expires expire wrong incorrect invalid forgotten forgot lost missing required unknown none " +
    "policy manager field page link error issue problem request help how what when where why who unable failed fails " +
    "locked yes null undefined empty same hidden redacted removed true false you your our his her their its ours mine " +
    "nicht kein keine ich und der die das ist war wird wurde falsch abgelaufen vergessen zurücksetzen bitte geht unbekannt " +
    "oublié incorrect expiré pas est les des une mon votre réinitialiser olvidada olvidado incorrecta caducada restablecer " +
    "que por una del esqueci esquecida expirada redefinir dimenticata scaduta errata reimpostare vergeten verlopen opnieuw " +
    "niet het een zapomniałem wygasło błędne zapomenuté забыл забыла забыт неверный истек сброс не мой"
  ).split(" "),
);
