// What goes over the wire, and the requests: with the cookie on the server's own pages, with a token on those of other sites.
import { createParser } from "eventsource-parser";

export interface Line { text: string; bullet: boolean }
export interface Table { title: string; columns: string[]; rows: string[][]; calendar: boolean }
export interface Picture { src: string; alt: string; width: number; height: number }
export interface Source { title: string; url: string | null }
export interface Button { title: string; click: string }

export interface Person { key: string; from: "person"; at: number; text: string }
export interface Reply {
  key: string; from: "assistant"; at: number; before: Line[]; table: Table | null; after: Line[]; pictures: Picture[];
  sources: Source[]; buttons: Button[]; rate: boolean; helpful: boolean | null;
}
export type Message = Person | Reply;
export interface Opened { talk: string; messages: Message[]; token: string | null }
export interface Hello { talk: string; replies: number }
export type Said = { text: string } | { click: string };

const REQUEST_MS = 30_000;
/** The server sends a sign of life every 15 s. */
const SILENCE_MS = 40_000;

/** The server answered, and said no; `sentence` is for the person. */
export class Refused extends Error {
  constructor(readonly status: number, readonly sentence: string) {
    super(`refused with ${status}`);
  }
}

/** The server could not be reached, or something before it answered in its place. */
export class Unreachable extends Error {}

export class Wire {
  private token: string | null;
  private readonly own: boolean;

  constructor(private readonly base: string) {
    this.own = new URL(base).origin === location.origin;
    this.token = this.own ? null : kept(localStorageOf, this.tokenName());
  }

  async start(fresh: boolean): Promise<Opened> {
    const opened = (await (await this.request("start", { new: fresh })).json()) as Opened;
    if (opened.token) {
      this.token = opened.token;
      keep(localStorageOf, this.tokenName(), opened.token);
    }
    return opened;
  }

  async send(id: string, talk: string | null, said: Said): Promise<Message[]> {
    const reply = await this.request("message", { id, ...(talk === null ? {} : { talk }), ...said });
    return ((await reply.json()) as { messages: Message[] }).messages;
  }

  async rate(message: string, helpful: boolean | null): Promise<void> {
    await this.request("rate", { message, helpful });
  }

  async remove(): Promise<string> {
    const reply = await this.request("delete", {});
    this.token = null;
    keep(localStorageOf, this.tokenName(), null);
    return ((await reply.json()) as { sentence: string }).sentence;
  }

  async file(message: string, kind: "csv" | "ics", today: string): Promise<Blob> {
    return (await this.request(`export/${message}/${kind}?today=${today}`)).blob();
  }

  /** Everything that is kept of the conversation. */
  async data(): Promise<Blob> {
    return (await this.request("data")).blob();
  }

  /** Reads server-sent events until the stream ends; throws Unreachable where it breaks off or falls silent. */
  async stream(signal: AbortSignal, heard: (name: string, data: unknown) => void): Promise<void> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const reply = await this.fetched("stream", { signal: AbortSignal.any([signal, silence.signal]) });
      if (!reply.ok || !reply.body) throw await refusal(reply);
      const parser = createParser({ onEvent: ({ event, data }) => heard(event ?? "message", JSON.parse(data)) });
      const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        parser.feed(part.value);
      }
    } catch (error) {
      throw error instanceof Refused ? error : new Unreachable(String(error));
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }

  private async request(path: string, body?: unknown): Promise<Response> {
    const sent: RequestInit = body === undefined ? {} :
      { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    let reply: Response;
    try {
      reply = await this.fetched(path, { ...sent, signal: AbortSignal.timeout(REQUEST_MS) });
    } catch (error) {
      throw new Unreachable(String(error));
    }
    if (!reply.ok) throw await refusal(reply);
    return reply;
  }

  private fetched(path: string, options: RequestInit): Promise<Response> {
    const headers = new Headers(options.headers);
    if (this.token) headers.set("Authorization", `Bearer ${this.token}`);
    return fetch(this.base + path, { ...options, headers, credentials: this.own ? "same-origin" : "omit", cache: "no-store" });
  }

  private tokenName(): string {
    return `repwise ${this.base}`;
  }
}

/** A refusal carries a sentence of ours; anything else comes from a proxy or a server that is going down. */
async function refusal(reply: Response): Promise<Refused | Unreachable> {
  try {
    const { sentence } = (await reply.json()) as { sentence?: unknown };
    if (typeof sentence === "string") return new Refused(reply.status, sentence);
  } catch {
    // no JSON: not from our server
  }
  return new Unreachable(`status ${reply.status}`);
}

/** Sites may forbid storage; the talk then lasts as long as the page. */
export function kept(store: () => Storage, name: string): string | null {
  try {
    return store().getItem(name);
  } catch {
    return null;
  }
}

export function keep(store: () => Storage, name: string, value: string | null): void {
  try {
    if (value === null) store().removeItem(name);
    else store().setItem(name, value);
  } catch {
    // see kept
  }
}

export const localStorageOf = (): Storage => localStorage;
export const sessionStorageOf = (): Storage => sessionStorage;
