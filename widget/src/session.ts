// One conversation in one tab: what is shown, what is still to be sent, and the connection.
import { type Hello, keep, kept, type Message, Refused, type Said, sessionStorageOf, Unreachable, type Wire } from "./wire";

/** A message of the person that the server has not answered yet. */
export interface Outgoing {
  id: string;
  text: string;
  said: Said;
  at: number;
  state: "sending" | "waiting" | "failed";
  /** Why it failed, and whether sending it again may help. */
  sentence?: string;
  again?: boolean;
}

export interface State {
  messages: Message[];
  outgoing: Outgoing[];
  typing: boolean;
  connection: "starting" | "online" | "offline";
  /** A sentence above the composer, such as that data was deleted. */
  notice: string | null;
}

const FIRST_PAUSE_MS = 800;
const LONGEST_PAUSE_MS = 15_000;
/** A stream that lasted this long was no failure. */
const STEADY_MS = 10_000;
/** A tab in the background gives up its stream after this time: browsers allow few at once. */
const HIDDEN_MS = 30_000;

export class Session {
  state: State = { messages: [], outgoing: [], typing: false, connection: "starting", notice: null };
  private talk: string | null = null;
  private replaced = false;
  private listeners = new Set<() => void>();
  private pumping = false;
  private running: AbortController | null = null;
  private streaming = new AbortController();
  private syncs: Promise<unknown> = Promise.resolve();
  private readonly sleepers = new Set<() => void>();
  private readonly tabs: BroadcastChannel;
  private readonly outbox: string;

  constructor(private readonly wire: Wire, base: string, private readonly expired: string) {
    this.outbox = `repwise outbox ${base}`;
    this.state.outgoing = waiting(kept(sessionStorageOf, this.outbox));
    this.tabs = new BroadcastChannel(`repwise ${base}`);
    this.tabs.onmessage = () => void this.sync().catch(() => undefined);
    addEventListener("online", () => this.retry());
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Connects, and stays connected while the tab is seen. */
  run(): void {
    if (this.running) return;
    const running = (this.running = new AbortController());
    let hidden: ReturnType<typeof setTimeout> | undefined;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(hidden);
      if (document.hidden) hidden = setTimeout(() => this.pause(), HIDDEN_MS);
      else this.run();
    }, { signal: running.signal });
    void this.connect(running.signal);
  }

  /** Lets the connection go; what is to be sent goes out all the same. */
  pause(): void {
    this.running?.abort();
    this.running = null;
    if (document.hidden) document.addEventListener("visibilitychange", () => this.run(), { once: true });
  }

  send(text: string, said: Said): void {
    const message: Outgoing = { id: crypto.randomUUID?.() ?? randomId(), text, said, at: Date.now() / 1000, state: "sending" };
    this.set({ outgoing: [...this.state.outgoing, message], notice: null });
    void this.pump();
  }

  /** Sends a message that failed once more. */
  sendAgain(id: string): void {
    this.change(id, { state: "sending", sentence: undefined });
    void this.pump();
  }

  /** Tries the connection now instead of after the pause. */
  retry(): void {
    for (const wake of [...this.sleepers]) wake();
  }

  async startAnew(): Promise<void> {
    this.set({ outgoing: [], notice: null });
    await this.sync(true);
    this.tabs.postMessage("changed");
  }

  async deleteAll(): Promise<void> {
    const sentence = await this.wire.remove();
    this.set({ outgoing: [] });
    await this.sync();
    this.set({ notice: sentence });
    this.tabs.postMessage("changed");
  }

  async rate(key: string, helpful: boolean | null): Promise<void> {
    await this.wire.rate(key, helpful);
    this.set({ messages: this.state.messages.map((item) => (item.key === key && item.from === "assistant" ? { ...item, helpful } : item)) });
  }

  tell(notice: string): void {
    this.set({ notice });
  }

  private async connect(signal: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const began = Date.now();
      this.streaming = new AbortController();
      try {
        await this.sync();
        void this.pump();
        const talk = this.talk;
        await this.wire.stream(AbortSignal.any([signal, this.streaming.signal]), (name, data) => {
          if (talk === this.talk) this.heard(name, data);
        });
      } catch (error) {
        if (error instanceof Refused) this.set({ notice: error.sentence, connection: "online" });
      }
      if (signal.aborted) return;
      this.set({ typing: false });
      pause = Date.now() - began > STEADY_MS ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      await this.sleep(pause, signal);
    }
  }

  private heard(name: string, data: unknown): void {
    if (name === "message") this.merge([data as Message]);
    else if (name === "typing") this.set({ typing: (data as { on: boolean }).on });
    else if (name === "hello") {
      const { talk, replies } = data as Hello;
      const here = this.state.messages.filter((item) => item.from === "assistant").length;
      if (talk !== this.talk || replies > here) void this.sync().catch(() => undefined); // something was said in between
    }
  }

  /** Reads the whole conversation; one reading at a time, so that two never open two new ones. */
  private sync(fresh = false): Promise<void> {
    const reading = this.syncs.then(() => this.read(fresh));
    this.syncs = reading.catch(() => undefined);
    return reading;
  }

  private async read(fresh: boolean): Promise<void> {
    const opened = await this.reach(() => this.wire.start(fresh));
    const known = new Set(opened.messages.map((item) => item.key));
    const other = this.talk !== null && opened.talk !== this.talk;
    this.talk = opened.talk;
    if (other) this.streaming.abort();
    this.set({
      messages: opened.messages, typing: other ? false : this.state.typing,
      outgoing: this.state.outgoing.filter((item) => !known.has(item.id)),
      ...(this.replaced && other ? { notice: this.expired } : {}),
    });
    this.replaced = false;
  }

  /** Sends what waits, one after the other, until all is answered or refused. */
  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    let pause = FIRST_PAUSE_MS;
    try {
      for (let next = this.next(); next; next = this.next()) {
        try {
          await this.deliver(next);
          pause = FIRST_PAUSE_MS;
        } catch (error) {
          if (error instanceof Refused) {
            this.change(next.id, { state: "failed", sentence: error.sentence, again: error.status === 429 || error.status >= 500 });
            continue;
          }
          this.change(next.id, { state: "waiting" });
          pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
          await this.sleep(pause);
        }
      }
    } finally {
      this.pumping = false;
    }
  }

  /** Sends one message; where its conversation is over, sends it to the present one. */
  private async deliver(message: Outgoing): Promise<void> {
    if (this.talk === null) await this.sync();
    this.change(message.id, { state: "sending" });
    try {
      await this.post(message);
    } catch (error) {
      if (!(error instanceof Refused) || (error.status !== 401 && error.status !== 409)) throw error;
      this.replaced = error.status === 401;
      await this.sync();
      await this.post(message);
    }
  }

  private async post(message: Outgoing): Promise<void> {
    const talk = this.talk;
    const found = await this.reach(() => this.wire.send(message.id, talk, message.said));
    if (talk === this.talk) this.merge(found);
  }

  private next(): Outgoing | undefined {
    return this.state.outgoing.find((item) => item.state !== "failed");
  }

  /** Makes a request and keeps track of whether the server is there. */
  private async reach<Value>(request: () => Promise<Value>): Promise<Value> {
    try {
      const value = await request();
      this.set({ connection: "online" });
      return value;
    } catch (error) {
      this.set({ connection: error instanceof Unreachable ? "offline" : "online" });
      throw error;
    }
  }

  private merge(found: Message[]): void {
    const keys = new Set(found.map((item) => item.key));
    const messages = [...this.state.messages];
    for (const item of found) {
      const place = messages.findIndex((other) => other.key === item.key);
      if (place < 0) messages.push(item);
      else messages[place] = item;
    }
    const typing = found.some((item) => item.from === "assistant") ? false : this.state.typing;
    this.set({ messages, typing, outgoing: this.state.outgoing.filter((item) => !keys.has(item.id)) });
  }

  private change(id: string, values: Partial<Outgoing>): void {
    this.set({ outgoing: this.state.outgoing.map((item) => (item.id === id ? { ...item, ...values } : item)) });
  }

  private set(values: Partial<State>): void {
    this.state = { ...this.state, ...values };
    if (values.outgoing) keep(sessionStorageOf, this.outbox, values.outgoing.length ? JSON.stringify(values.outgoing) : null);
    for (const listener of this.listeners) listener();
  }

  /** Waits with some jitter; ends early when the browser comes online or the person asks. */
  private sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((done) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.sleepers.delete(wake);
        done();
      };
      const timer = setTimeout(wake, ms * (0.75 + Math.random() / 2));
      this.sleepers.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }
}

/** Reads what an earlier page of this tab could not send; its id makes sure that it is answered once. */
function waiting(stored: string | null): Outgoing[] {
  if (stored === null) return [];
  try {
    return (JSON.parse(stored) as Outgoing[]).map((item) => ({ ...item, state: item.state === "failed" ? "failed" : "waiting" }));
  } catch {
    return [];
  }
}

/** For pages without HTTPS, where browsers offer no randomUUID. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
