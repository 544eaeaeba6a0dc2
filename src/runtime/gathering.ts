/** Waits for what arrives together, so that it can be dealt with together. */

/** Nobody waits for longer. */
const GATHER_MS_MAX = 20;
/** So many turns of the event loop without a further arrival end the wait. */
const QUIET_TURNS = 3;

/**
 * Resolves for all who called meanwhile at once. Node takes up one new connection in a turn of the event loop: a burst
 * that comes over many of them comes in as many turns, and would be written in as many statements.
 */
export function createGathering(): () => Promise<void> {
  let arrived = 0;
  let gathering: Promise<void> | null = null;
  async function gather(): Promise<void> {
    const deadline = performance.now() + GATHER_MS_MAX;
    for (let quietTurns = 0; quietTurns < QUIET_TURNS && performance.now() < deadline; ) {
      const before = arrived;
      await new Promise((resolve) => setImmediate(resolve));
      quietTurns = arrived > before ? 0 : quietTurns + 1;
    }
    gathering = null;
  }
  return () => {
    arrived += 1;
    gathering ??= gather();
    return gathering;
  };
}
