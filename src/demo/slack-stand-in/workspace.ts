/** The people and places of the stand-in's workspace. */

export interface StandInUser {
  id: string;
  name: string;
  /** Null hides it, as Slack does for some. */
  email: string | null;
  /** Another company's, where the person is a guest of a shared channel. */
  teamId?: string;
  isEmailConfirmed?: boolean;
}

export interface StandInChannel {
  id: string;
  name: string;
  /** The bot is in it unless said otherwise. */
  isMember?: boolean;
  isArchived?: boolean;
  isPrivate?: boolean;
}

export interface Workspace {
  teamId: string;
  teamName: string;
  botUserId: string;
  botId: string;
  appId: string;
  users: StandInUser[];
  channels: StandInChannel[];
  user(id: string): StandInUser | undefined;
  /** A channel by id, a direct message by its own id or by the person's. */
  channel(id: string): (StandInChannel & { directWith: string | null }) | undefined;
  /** The id of the direct messages between the bot and a person. */
  directChannel(userId: string): string;
}

export function createWorkspace(users: StandInUser[], channels: StandInChannel[]): Workspace {
  const bot: StandInUser = { id: "U0DESKHAND", name: "Deskhand", email: null };
  const everybody = [...users, bot];
  const directChannel = (userId: string) => `D${userId.slice(1)}`;
  return {
    teamId: "T0STANDIN",
    teamName: "Stand-in",
    botUserId: bot.id,
    botId: "B0DESKHAND",
    appId: "A0DESKHAND",
    users: everybody,
    channels,
    user: (id) => everybody.find((user) => user.id === id),
    channel: (id) => {
      const known = channels.find((channel) => channel.id === id);
      if (known !== undefined) return { ...known, directWith: null };
      const person = users.find((user) => user.id === id || directChannel(user.id) === id);
      if (person === undefined) return undefined;
      return { id: directChannel(person.id), name: person.name, directWith: person.id };
    },
    directChannel,
  };
}
