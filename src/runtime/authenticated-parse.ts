/** Parsing, and then the question whether the mail comes from where it says. */
import {
  type AuthenticateOptions,
  createMailAuthenticator,
} from "../channels/email/authenticate/authenticate-mail.ts";
import type { ParseMail } from "../channels/email/imap/reader.ts";
import type { MailAuthenticationConfig } from "../config/mail-authentication.ts";

/** Without a configuration the DNS is never asked. */
export function withAuthentication(
  parse: ParseMail,
  config: MailAuthenticationConfig | undefined,
): ParseMail {
  const options: AuthenticateOptions = {
    servers: config?.servers ?? [],
    sealers: config?.sealers ?? [],
    dns: config?.dns ? {} : null,
  };
  const authenticate = createMailAuthenticator(options);
  return async (raw, origin) => authenticate(await parse(raw, origin));
}
