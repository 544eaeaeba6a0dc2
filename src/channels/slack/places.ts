/** Where the desk listens in Slack, and whom it does not mistake for a person. */

export interface WatchedPlaces {
  isSupport(channel: string): boolean;
  isTriage(channel: string): boolean;
  /** The support channels and the moderators' channel, by their ids of today. */
  channels(): string[];
  /** Whether a thread elsewhere, e.g. one that a mention began, belongs to a ticket. */
  isTicketThread(channel: string, threadTs: string): Promise<boolean>;
  /** Whether what this bot or app writes in a support channel becomes tickets. */
  isTicketBot(ids: { botId: string | undefined; appId: string | undefined }): boolean;
  /** Slack gave a channel a new id. True where it is one of ours. */
  move(oldId: string, newId: string): boolean;
}

export interface PlacesOptions {
  supportChannels: readonly string[];
  triageChannel: string;
  /** Ids of bots (`B…`) or apps (`A…`). */
  ticketBots: readonly string[];
  isTicketThread(channel: string, threadTs: string): Promise<boolean>;
}

export function createPlaces(options: PlacesOptions): WatchedPlaces {
  const support = new Set(options.supportChannels);
  const bots = new Set(options.ticketBots);
  let triage = options.triageChannel;
  return {
    isSupport: (channel) => support.has(channel),
    isTriage: (channel) => channel === triage,
    channels: () => [...new Set([...support, triage])],
    isTicketThread: options.isTicketThread,
    isTicketBot: ({ botId = "", appId = "" }) => bots.has(botId) || bots.has(appId),
    move: (oldId, newId) => {
      if (support.delete(oldId)) support.add(newId);
      else if (triage === oldId) triage = newId;
      else return false;
      return true;
    },
  };
}
