/** A network between two ends on 127.0.0.1, that can be cut, or fall silent without closing anything. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class TcpProxy {
  /** Connections that were accepted so far. */
  connectionCount = 0;
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();

  private constructor(targetPort: number) {
    this.#server = createServer((client) => {
      this.connectionCount++;
      const target = connect(targetPort, "127.0.0.1");
      const pair: [Socket, Socket] = [client, target];
      this.#pairs.add(pair);
      for (const [from, to] of [pair, [target, client] as const]) {
        from.setNoDelay(true);
        from.on("data", (chunk: Buffer) => to.write(chunk));
        from.on("error", () => {});
        from.on("close", () => {
          to.destroy();
          this.#pairs.delete(pair);
        });
      }
    });
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Both ends see their connections end. */
  cut(): number {
    const count = this.#pairs.size;
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    return count;
  }

  /** Half-open: nothing passes on today's connections any more, and nobody is told, not even of an end. */
  freeze(): number {
    const count = this.#pairs.size;
    for (const pair of this.#pairs) {
      this.#pairs.delete(pair);
      for (const socket of pair) {
        socket.removeAllListeners("data");
        socket.removeAllListeners("close");
        socket.resume();
      }
      // The far end is rid of its client, or it would hold a place; the near end hears nothing of it.
      pair[1].destroy();
    }
    return count;
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
  }
}
