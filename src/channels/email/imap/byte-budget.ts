/** How many bytes of mail are in hand at once, over all mailboxes: several large mails would add up. */

export interface ByteBudget {
  /**
   * Resolves once there is room, in the order of asking; what it resolves to gives the room back. Who asks for more than
   * there is at all gets it alone.
   */
  take(sizeBytes: number): Promise<() => void>;
  /** The same where there is room now and nobody waits for it; else null. */
  tryTake(sizeBytes: number): (() => void) | null;
}

export function createByteBudget(sizeBytesMax: number): ByteBudget {
  const waiting: { sizeBytes: number; start(): void }[] = [];
  let taken = 0;
  const hasRoom = (sizeBytes: number): boolean => taken === 0 || taken + sizeBytes <= sizeBytesMax;
  const startWaiting = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (!hasRoom(next.sizeBytes)) return;
      taken += next.sizeBytes;
      waiting.shift();
      next.start();
    }
  };
  const createGiveBack = (sizeBytes: number): (() => void) => {
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      taken -= sizeBytes;
      startWaiting();
    };
  };
  return {
    take: (sizeBytes) =>
      new Promise((resolve) => {
        waiting.push({ sizeBytes, start: () => resolve(createGiveBack(sizeBytes)) });
        startWaiting();
      }),
    tryTake: (sizeBytes) => {
      if (waiting.length > 0 || !hasRoom(sizeBytes)) return null;
      taken += sizeBytes;
      return createGiveBack(sizeBytes);
    },
  };
}

/** For who reads one mailbox and nothing beside it. */
export const UNLIMITED_BYTES: ByteBudget = { take: async () => () => {}, tryTake: () => () => {} };
