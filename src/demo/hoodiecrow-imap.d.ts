/** hoodiecrow-imap ships no types; these are the parts that the demo's mail server uses. */
declare module "hoodiecrow-imap" {
  import type { Server } from "node:net";

  export interface HoodiecrowMessage {
    /** The source as a `latin1` string: one character for each byte. */
    raw: string;
    uid: number;
    flags: string[];
    internaldate: Date;
  }

  export interface HoodiecrowServer {
    server: Server;
    setMaxListeners(count: number): void;
    /** Stores the message under the mailbox's next UID and tells every connection that idles on it. */
    appendMessage(mailbox: string, flags: string[], internaldate: Date, raw: string): unknown;
  }

  export interface HoodiecrowOptions {
    plugins: string[];
    users: Record<string, { password: string }>;
    storage: {
      INBOX: { messages: HoodiecrowMessage[]; uidvalidity: number; uidnext: number };
      "": { separator: string; folders: Record<string, never> };
    };
  }

  function createServer(options: HoodiecrowOptions): HoodiecrowServer;

  // biome-ignore lint/style/noDefaultExport: the shape of a CommonJS module that is one function
  export default createServer;
}
