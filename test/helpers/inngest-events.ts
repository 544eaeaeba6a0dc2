/** A stand-in for Inngest's event API, `POST /e/{key}`, over HTTP: remembers what it took, and can be away. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createWorkflowClient, type WorkflowClient } from "../../src/workflows/client.ts";

export interface TakenEvent {
  id: string;
  name: string;
  data: Record<string, unknown>;
}

export interface InngestEvents {
  url: string;
  /** In the order of arrival, repeated ones included. */
  events: TakenEvent[];
  /** What it was asked, whether it took it or not. */
  requests: number;
  /** How it behaves from now on: takes events, refuses them with 503, or takes the connection and says nothing. */
  mode: "up" | "away" | "silent";
  /** How long it thinks about each request. */
  delayMs: () => number;
  client(): WorkflowClient;
  close(): Promise<void>;
}

export async function startInngestEvents(): Promise<InngestEvents> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", async () => {
      stand.requests++;
      if (stand.mode === "silent") return;
      await new Promise((resolve) => setTimeout(resolve, stand.delayMs()));
      const isTaken = stand.mode === "up" && request.method === "POST" && request.url?.startsWith("/e/");
      const list = isTaken ? (JSON.parse(Buffer.concat(parts).toString()) as TakenEvent[]) : [];
      stand.events.push(...list);
      response.writeHead(isTaken ? 200 : 503, { "content-type": "application/json" });
      response.end(JSON.stringify({ ids: list.map(({ id }) => id), status: isTaken ? 200 : 503 }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stand: InngestEvents = {
    url,
    events: [],
    requests: 0,
    mode: "up",
    delayMs: () => 0,
    client: () => createWorkflowClient({ isDev: true, baseUrl: url, eventKey: "test" }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stand;
}
