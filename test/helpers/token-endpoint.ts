/** A provider's token endpoint on 127.0.0.1 that gives numbered tokens, and can be made to refuse. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { OAuthSettings } from "../../src/channels/email/oauth/providers.ts";

export interface EndpointAnswer {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

export class TokenEndpoint {
  /** The form of every request, in order. */
  readonly requests: Record<string, string>[] = [];
  expiresInSeconds = 3600;
  /** Each answer brings a new refresh token, as Microsoft does. */
  rotates = false;
  /** Refresh tokens that are taken; null: every one. */
  accepted: Set<string> | null = null;
  /** Answers instead, while it gives one. */
  answer: (form: Record<string, string>) => EndpointAnswer | null = () => null;
  /** Told of each access token that is given out. */
  onIssued: (accessToken: string) => void = () => {};
  delayMs = 0;
  readonly #server: Server;
  #count = 0;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const form = Object.fromEntries(new URLSearchParams(text));
      this.requests.push(form);
      await new Promise((resolve) => setTimeout(resolve, this.delayMs));
      const { status = 200, headers = {}, body } = this.answer(form) ?? this.#issue(form);
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  }

  static async start(): Promise<TokenEndpoint> {
    const endpoint = new TokenEndpoint();
    endpoint.#server.listen(0, "127.0.0.1");
    await once(endpoint.#server, "listening");
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/token`;
  }

  settings(change: Partial<OAuthSettings> = {}): OAuthSettings {
    return {
      prefix: "IMAP_OAUTH",
      suffix: "",
      provider: null,
      tokenUrl: this.url,
      clientId: "client-1",
      clientSecret: "client-secret",
      refreshToken: "refresh-0",
      scope: null,
      ...change,
    };
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #issue(form: Record<string, string>): EndpointAnswer {
    const sent = form.refresh_token;
    if (sent !== undefined && this.accepted !== null && !this.accepted.has(sent))
      return {
        status: 400,
        body: {
          error: "invalid_grant",
          error_description: "AADSTS700082: The refresh token has expired for ada@customer.example.",
        },
      };
    this.#count++;
    const accessToken = `access-${this.#count}`;
    this.onIssued(accessToken);
    const refreshToken = `refresh-${this.#count}`;
    if (this.rotates) this.accepted?.add(refreshToken);
    return {
      body: {
        token_type: "Bearer",
        access_token: accessToken,
        expires_in: this.expiresInSeconds,
        ...(this.rotates ? { refresh_token: refreshToken } : {}),
      },
    };
  }
}
