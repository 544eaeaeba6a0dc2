/** Access tokens for the mail server, and word to the operators when they end. */
import { TokenError } from "../channels/email/oauth/token-error.ts";
import type { AccessTokenSource } from "../channels/email/oauth/token-source.ts";
import type { Log } from "../core/log.ts";
import type { SqlPool } from "../db/client.ts";
import { clearAlert } from "../desk/clear-alert.ts";
import { raiseAlert } from "../desk/raise-alert.ts";

export interface SmtpSignIn {
  /** `renew`: the server has refused the last one. Rejects with a TokenError. */
  accessToken?: (renew: boolean) => Promise<string>;
}

const SUBJECT = "mail-out";

/** `sql` null: nobody is told, for checks. */
export function createSmtpSignIn(
  tokens: AccessTokenSource | null,
  { sql, log }: { sql: SqlPool | null; log: Pick<Log, "warn"> },
): SmtpSignIn {
  if (tokens === null) return {};
  let last: string | null = null;
  let isDead: boolean | null = null;

  function tell(error: TokenError | null): void {
    if (isDead === (error !== null) || sql === null) return;
    isDead = error !== null;
    const told =
      error === null
        ? clearAlert(sql, SUBJECT)
        : raiseAlert(sql, {
            subject: SUBJECT,
            kind: "dead-token",
            problem: `No answer leaves by mail: ${error.message}`,
            fix: error.fix,
          });
    told.catch((err: unknown) => {
      // The next connection tells it again.
      isDead = null;
      log.warn({ err }, "An alert could not be stored yet.");
    });
  }

  return {
    async accessToken(renew) {
      if (renew && last !== null) tokens.refuse(last);
      try {
        last = await tokens.getAccessToken();
        tell(null);
        return last;
      } catch (error) {
        if (error instanceof TokenError && error.kind === "dead") tell(error);
        throw error;
      }
    },
  };
}
