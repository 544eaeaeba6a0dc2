/** Node's HTTP server in front of the Hono application. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Config } from "../config.ts";
import { StartupError } from "./startup-error.ts";

/** `env` is what the adapter knows of the connection; Hono hands it on as `c.env`. */
type Handle = (request: Request, env: object) => Response | Promise<Response>;

export interface HttpServer {
  /** Where it listens, e.g. `http://127.0.0.1:8787`. */
  url: string;
  /** Before this is called, every request is answered with 503: the service is starting. */
  serve(handle: Handle): void;
  /** Takes no more requests, and resolves when those in hand are answered, or after five seconds. Safe to repeat. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 5_000;

/** Rejects with StartupError where the address cannot be had. */
export async function openHttpServer(config: Pick<Config, "service">): Promise<HttpServer> {
  const { host, port } = config.service;
  let handle: Handle = () =>
    Response.json({ error: { code: "unavailable", message: "The service is starting." } }, { status: 503 });
  const server = createAdaptorServer({ fetch: (request, env) => handle(request, env) }) as Server;
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const shownHost = address.family === "IPv6" ? `[${address.address}]` : address.address;
  let closing: Promise<void> | null = null;
  return {
    url: `http://${shownHost}:${address.port}`,
    serve: (next) => {
      handle = next;
    },
    close: () => {
      closing ??= close(server);
      return closing;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explainListenError(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case "EADDRINUSE":
      return new StartupError(
        "PORT",
        `Port ${port} is in use on ${host}.`,
        "Stop what uses it, or set another PORT.",
        error,
      );
    case "EACCES":
      return new StartupError(
        "PORT",
        `Port ${port} may not be used by this user.`,
        "Set a PORT of 1024 or more.",
        error,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new StartupError(
        "HOST",
        `${host} is not an address of this machine.`,
        "Set 127.0.0.1 or 0.0.0.0.",
        error,
      );
    default:
      return error;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
