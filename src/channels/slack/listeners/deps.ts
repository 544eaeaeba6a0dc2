/** What every listener is handed. */
import type { InboundMessage, RecordInbound } from "../../../core/inbound.ts";
import type { Log } from "../../../core/log.ts";
import type { RequesterActions } from "../../../core/requester-actions.ts";
import type { SlackActions } from "../../../core/slack-actions.ts";
import type { WatchedPlaces } from "../places.ts";
import type { SlackUsers } from "../users.ts";
import type { WebClient } from "../web-client.ts";

export interface ListenerDeps {
  web: WebClient;
  users: SlackUsers;
  places: WatchedPlaces;
  recordInbound: RecordInbound;
  /** Resolves once an event is safe; it is recorded now or later. */
  accept(message: InboundMessage): Promise<void>;
  actions: SlackActions;
  requesters: RequesterActions;
  /** Everything that names the old channel names the new one from now on. */
  moveChannel(oldId: string, newId: string): Promise<void>;
  log: Log;
  /** Unix milliseconds. */
  now: () => number;
}
