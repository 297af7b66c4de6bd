import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Composer } from "./composer";
import { Header } from "./header";
import { Icon } from "./icons";
import { PersonView, ReplyView, type Words } from "./message";
import type { Options } from "./options";
import type { Session, State } from "./session";
import type { Button, Message, Wire } from "./wire";

export interface Handle { focus(): void }

interface Props {
  open: boolean;
  options: Options;
  words: Words;
  wire: Wire;
  session: Session;
  leave: () => void;
  handle: (made: Handle) => void;
}

const NEAR_THE_END = 80;
const ABOVE = 12;
const DAY_MS = 86_400_000;

export function App({ open, options, words, wire, session, leave, handle }: Props): JSX.Element {
  const state = useSession(session);
  const panel = useRef<HTMLElement>(null);
  const log = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const [said, say] = useAnnouncer();
  const { below, toEnd } = useScrolling(log, state, open);
  const page = options.mode === "page";

  /** Puts the focus where the next thing is done; on touch screens not into the text, which would raise the keyboard. */
  const focus = (): void => {
    const touched = matchMedia("(pointer: coarse)").matches;
    if (!touched || !page) (touched ? log : input).current?.focus({ preventScroll: true });
  };
  handle({ focus });
  useFocusKeptInside(panel, open && !page);
  useNews(state.messages, words, say);

  const choose = (button: Button): void => {
    session.send(button.title, { click: button.click });
    focus();
  };
  const refusedBy = (error: unknown): void => session.tell(error instanceof Error && "sentence" in error ? String(error.sentence) : words.offline!);
  const lasting = async <Value,>(work: Promise<Value>): Promise<Value> => {
    try {
      return await work;
    } catch (error) {
      throw new Error(error instanceof Error && "sentence" in error ? String(error.sentence) : words.offline);
    }
  };
  const download = async (key: string, kind: "csv" | "ics"): Promise<string> => {
    const name = `repwise-plan.${kind}`;
    save(await lasting(wire.file(key, kind, localDate(new Date()))), name);
    return name;
  };

  const downloadAll = async (): Promise<void> => {
    const name = "repwise-data.json";
    try {
      save(await wire.data(), name);
      session.tell(words.saved!.replace("{name}", name));
    } catch (error) {
      refusedBy(error);
    }
  };

  const waiting = state.typing || (state.connection !== "offline" && state.outgoing.some((item) => item.state === "sending"));
  const lastPerson = state.messages.findLastIndex((item) => item.from === "person");
  const offering = state.outgoing.length > 0 ? -1 : state.messages.findLastIndex((item, n) => n > lastPerson && item.from === "assistant" && item.buttons.length > 0);
  const Heading = page ? "h1" : "h2";
  const keys = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !event.defaultPrevented && !page) leave();
  };

  return (
    <section class="panel" ref={panel} hidden={!open} role={page ? "main" : "dialog"} aria-label={words.title} onKeyDown={keys} lang={options.locale}>
      <Header words={words} closable={!page} Heading={Heading} leave={leave}
        startAnew={() => void session.startAnew().then(focus, refusedBy)} download={() => void downloadAll()}
        deleteAll={() => void session.deleteAll().then(focus, refusedBy)} />
      <div class="log" ref={log} role="log" aria-live="off" aria-label={words.conversation} tabIndex={0}>
        <div class="column">
          <p class="greeting">{words.greeting}</p>
          {state.messages.map((item, n) => (
            <>
              {startsDay(state.messages, n) && <p class="day" key={`day ${item.key}`}>{dayName(item.at, options.locale, words)}</p>}
              {item.from === "person" ? <PersonView key={item.key} text={item.text} words={words} /> : (
                <ReplyView key={item.key} reply={item} latest={n === offering} base={options.base} words={words} say={say} choose={choose}
                  rate={(helpful) => lasting(session.rate(item.key, helpful))} download={(kind) => download(item.key, kind)} />
              )}
            </>
          ))}
          {state.outgoing.map((item) => (
            <PersonView key={item.id} text={item.text} words={words} outgoing={item} again={() => session.sendAgain(item.id)} />
          ))}
          {waiting && <div class="turn reply"><div class="bubble dots" role="img" aria-label={words.typing}><i /><i /><i /></div></div>}
        </div>
      </div>
      <div class="bottom">
        {below && <button type="button" class="latest" onClick={() => { toEnd(); focus(); }}><Icon name="arrow" />{words.to_latest}</button>}
        {state.connection === "offline" && (
          <div class="banner" role="status">
            <p>{words.offline}</p>
            <button type="button" class="link" onClick={() => session.retry()}>{words.retry}</button>
          </div>
        )}
        {state.notice !== null && <div class="banner notice" role="status" lang="en"><p>{state.notice}</p></div>}
        <Composer input={input} words={words} send={(text) => session.send(text, { text })} />
        <p class="footer">{words.footer}</p>
      </div>
      <div class="hidden" aria-live="polite">{said}</div>
      {said !== "" && !said.includes("\n") && <p class="toast" aria-hidden="true">{said}</p>}
    </section>
  );
}

function useSession(session: Session): State {
  const [state, setState] = useState(session.state);
  useEffect(() => session.subscribe(() => setState(session.state)), [session]);
  return state;
}

const TOAST_MS = 4000;

/** What a screen reader says next; short sentences show for a moment too. */
function useAnnouncer(): [string, (text: string) => void] {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(""), TOAST_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return [said, setSaid];
}

/** Announces what the assistant says from now on; what stood there before is not read out. */
function useNews(messages: Message[], words: Words, say: (text: string) => void): void {
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    const fresh = known.current === null ? [] : messages.filter((item) => item.from === "assistant" && !known.current!.has(item.key));
    const grown = messages.length > 0 && known.current !== null && messages.some((item) => known.current!.has(item.key));
    if (messages.length > 0) known.current = new Set(messages.map((item) => item.key));
    if (grown && fresh.length > 0) say(`${words.title}:\n${fresh.map(spoken).join("\n")}`);
  }, [messages]);
}

function spoken(message: Message): string {
  if (message.from === "person") return message.text;
  const table = message.table ? [{ text: message.table.title }] : [];
  const pictures = message.pictures.map(({ alt }) => ({ text: alt }));
  return [...message.before, ...table, ...message.after, ...pictures].map((line) => line.text).join("\n");
}

/** Keeps the latest message in sight: the beginning of a long reply, and never against a person who reads further up. */
function useScrolling(log: { current: HTMLDivElement | null }, state: State, open: boolean): { below: boolean; toEnd: () => void } {
  const [below, setBelow] = useState(false);
  const atEnd = useRef(true);
  const seen = useRef(0);
  const count = state.messages.length + state.outgoing.length;
  const toEnd = (): void => log.current?.scrollTo({ top: log.current.scrollHeight });
  useEffect(() => {
    const element = log.current!;
    const scrolled = (): void => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_THE_END;
      if (atEnd.current) setBelow(false);
    };
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => element.removeEventListener("scroll", scrolled);
  }, []);
  useLayoutEffect(() => {
    const element = log.current!;
    if (!open) return;
    const first = seen.current === 0;
    const mine = state.outgoing.some((item) => item.state === "sending");
    if (first || mine || atEnd.current) {
      const persons = element.querySelectorAll<HTMLElement>(".person");
      const asked = first ? undefined : persons[persons.length - 1];
      const begins = asked?.nextElementSibling instanceof HTMLElement ? asked.nextElementSibling : asked;
      const end = element.scrollHeight - element.clientHeight;
      element.scrollTop = begins ? Math.min(end, begins.offsetTop - ABOVE) : end;
      atEnd.current = true;
    } else if (count > seen.current) {
      setBelow(true);
    }
    seen.current = count;
  }, [count, state.typing, open, state.messages]);
  return { below, toEnd };
}

/** On small screens the chat covers the page, so the focus must not leave it unseen. */
function useFocusKeptInside(panel: { current: HTMLElement | null }, wanted: boolean): void {
  useEffect(() => {
    const element = panel.current!;
    const covering = matchMedia("(max-width: 520px), (max-height: 520px)");
    const mark = (): void => (wanted && covering.matches ? element.setAttribute("aria-modal", "true") : element.removeAttribute("aria-modal"));
    const keys = (event: KeyboardEvent): void => {
      if (event.key !== "Tab" || !wanted || !covering.matches) return;
      const all = [...element.querySelectorAll<HTMLElement>("button, a[href], textarea, summary, [tabindex='0']")]
        .filter((item) => item.checkVisibility() && !item.hasAttribute("disabled"));
      const [first, last] = [all[0], all[all.length - 1]];
      const here = (element.getRootNode() as ShadowRoot).activeElement;
      if (event.shiftKey ? here !== first : here !== last) return;
      event.preventDefault();
      (event.shiftKey ? last : first)?.focus();
    };
    mark();
    covering.addEventListener("change", mark);
    element.addEventListener("keydown", keys);
    return () => {
      covering.removeEventListener("change", mark);
      element.removeEventListener("keydown", keys);
    };
  }, [wanted]);
}

function startsDay(messages: Message[], place: number): boolean {
  const before = messages[place - 1];
  const today = localDate(new Date());
  const day = localDate(new Date(messages[place]!.at * 1000));
  return before === undefined ? day !== today : localDate(new Date(before.at * 1000)) !== day;
}

function dayName(at: number, locale: string, words: Words): string {
  const date = new Date(at * 1000);
  if (localDate(date) === localDate(new Date())) return words.today!;
  if (localDate(date) === localDate(new Date(Date.now() - DAY_MS))) return words.yesterday!;
  return new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" }).format(date);
}

/** Returns the person's date as YYYY-MM-DD. */
function localDate(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), TOAST_MS);
}
