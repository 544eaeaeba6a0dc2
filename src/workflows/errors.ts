/** The one map from the application's errors to what Inngest does with a failed step. */
import { NonRetriableError, RetryAfterError } from "inngest";
import { AppError } from "../core/errors.ts";

/**
 * Makes a step's failure mean what AppError says: `retryAfterMs` waits that long, a failure that another try cannot
 * cure ends the run at once, everything else is retried with back-off.
 */
export async function withWorkflowErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (!error.retryable) throw new NonRetriableError(error.message, { cause: error });
    if (error.retryAfterMs !== undefined) {
      throw new RetryAfterError(error.message, error.retryAfterMs, { cause: error });
    }
    throw error;
  }
}
