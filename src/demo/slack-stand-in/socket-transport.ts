/**
 * Slack's end of Socket Mode: one-time addresses, `hello`, envelopes with acknowledgements, `disconnect`.
 * https://docs.slack.dev/apis/events-api/using-socket-mode
 */
import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { ANSWER_WITHIN_MS, type Answer, type Transport } from "./transport.ts";

/** Slack lets an app hold so many connections. */
const CONNECTIONS_MAX = 10;

export interface SocketTransport extends Transport {
  /** What apps.connections.open answers with; good for one connection. */
  newAddress(origin: string): string;
  connections(): number;
  /** Tells every connection to be replaced; Slack closes it afterwards, here after `closeAfterMs`. */
  refresh(reason: "warning" | "refresh_requested", closeAfterMs: number): void;
  /** Drops every connection without a word. */
  drop(): void;
}

interface SocketEvents {
  /** A connection is there that can be delivered to. */
  onOpen(): void;
  /** Answers no ping. */
  silent: boolean;
}

export function createSocketTransport(server: Server, { onOpen, silent }: SocketEvents): SocketTransport {
  const tickets = new Set<string>();
  const open: WebSocket[] = [];
  const waiting = new Map<string, (payload: unknown) => void>();
  const sockets = new WebSocketServer({ noServer: true, autoPong: !silent });
  let turn = 0;

  server.on("upgrade", (request, socket, head) => {
    const ticket = new URL(request.url ?? "/", "http://stand-in").searchParams.get("ticket") ?? "";
    if (!tickets.delete(ticket)) return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (connection) => welcome(connection));
  });

  function welcome(connection: WebSocket): void {
    if (open.length >= CONNECTIONS_MAX) {
      connection.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets" }));
      connection.close();
      return;
    }
    connection.on("message", (data) => {
      const { envelope_id: id, payload } = JSON.parse(String(data)) as {
        envelope_id?: string;
        payload?: unknown;
      };
      if (id !== undefined) waiting.get(id)?.(payload);
    });
    connection.on("error", () => connection.terminate());
    connection.on("close", () => {
      const index = open.indexOf(connection);
      if (index >= 0) open.splice(index, 1);
    });
    open.push(connection);
    const hello = { type: "hello", num_connections: open.length, debug_info: { host: "stand-in" } };
    connection.send(JSON.stringify({ ...hello, connection_info: { app_id: "A0DESKHAND" } }));
    onOpen();
  }

  async function send(type: string, payload: unknown, more: Record<string, unknown>): Promise<Answer> {
    const connection = open[turn++ % Math.max(1, open.length)];
    if (connection === undefined) throw new Error("No connection is open.");
    const id = randomUUID();
    const answer = new Promise<unknown>((resolve, reject) => {
      const late = () => reject(new DOMException("Not acknowledged in time.", "TimeoutError"));
      const timer = setTimeout(late, ANSWER_WITHIN_MS);
      const gone = () => reject(new Error("The connection was closed."));
      connection.once("close", gone);
      waiting.set(id, (value) => {
        clearTimeout(timer);
        connection.off("close", gone);
        resolve(value);
      });
    });
    connection.send(JSON.stringify({ envelope_id: id, type, payload, ...more }));
    try {
      const value = await answer;
      return { status: 200, body: isEmpty(value) ? "" : JSON.stringify(value) };
    } finally {
      waiting.delete(id);
    }
  }

  return {
    newAddress: (origin) => {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `${origin.replace("http", "ws")}/link/?ticket=${ticket}`;
    },
    connections: () => open.length,
    refresh: (reason, closeAfterMs) => {
      for (const connection of [...open]) {
        connection.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "stand-in" } }));
        // It gets no more envelopes, and is still heard.
        open.splice(open.indexOf(connection), 1);
        setTimeout(() => connection.close(), closeAfterMs).unref();
      }
    },
    drop: () => {
      for (const connection of [...open]) connection.terminate();
    },
    isOpen: () => open.length > 0,
    sendEvent: (body, { num, reason }) =>
      send("events_api", body, { accepts_response_payload: false, retry_attempt: num, retry_reason: reason }),
    sendInteraction: (payload) => sendAnswered("interactive", payload),
    sendCommand: (fields) => sendAnswered("slash_commands", fields),
    stop: () => {
      for (const connection of sockets.clients) connection.terminate();
      sockets.close();
    },
  };

  /** Slack shows the person a warning where no answer comes. */
  async function sendAnswered(type: string, payload: unknown): Promise<Answer> {
    return send(type, payload, { accepts_response_payload: true }).catch(() => ({ status: 0, body: "" }));
  }
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0)
  );
}
