/** What every listener is handed. */
import type { RecordInbound } from "../../../core/inbound.ts";
import type { Log } from "../../../core/log.ts";
import type { SlackActions } from "../../../core/slack-actions.ts";
import type { SlackFiles } from "../files.ts";
import type { WatchedPlaces } from "../slack-message.ts";
import type { SlackUsers } from "../users.ts";
import type { WebClient } from "../web-client.ts";

export interface ListenerDeps {
  web: WebClient;
  users: SlackUsers;
  files: SlackFiles;
  places: WatchedPlaces;
  recordInbound: RecordInbound;
  actions: SlackActions;
  log: Log;
  /** Unix milliseconds. */
  now: () => number;
}
