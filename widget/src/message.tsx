import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { Icon } from "./icons";
import type { Outgoing } from "./session";
import { TableCard } from "./table";
import { Lines, Link, safeAddress } from "./text";
import type { Button, Reply } from "./wire";

export type Words = Record<string, string>;

interface ReplyProps {
  reply: Reply;
  /** Whether its suggestions still fit, being the latest. */
  latest: boolean;
  base: string;
  words: Words;
  say: (text: string) => void;
  choose: (button: Button) => void;
  rate: (helpful: boolean | null) => Promise<void>;
  download: (kind: "csv" | "ics") => Promise<string>;
}

export function ReplyView({ reply, latest, base, words, say, choose, rate, download }: ReplyProps): JSX.Element {
  const pictures = reply.pictures.map((picture) => ({ ...picture, src: safeAddress(picture.src, base) }));
  return (
    <div class="turn reply" data-key={reply.key}>
      <div class="bubble" lang="en">
        <span class="hidden">{words.title}: </span>
        <Lines lines={reply.before} newTab={words.new_tab!} />
        {reply.table && <TableCard table={reply.table} words={words} say={say} download={download} />}
        <Lines lines={reply.after} newTab={words.new_tab!} />
        {pictures.map(({ src, alt, width, height }) => src && <img key={src} src={src} alt={alt} width={width} height={height} loading="lazy" />)}
        {(reply.sources.length > 0 || reply.rate) && (
          <div class="foot">
            {reply.sources.length > 0 && <Sources reply={reply} words={words} />}
            {reply.rate && <Rating helpful={reply.helpful} words={words} rate={rate} say={say} />}
          </div>
        )}
      </div>
      {latest && reply.buttons.length > 0 && (
        <ul class="choices" aria-label={words.suggestions} lang="en">
          {reply.buttons.map((button) => (
            <li key={button.click}><button type="button" class="choice" onClick={() => choose(button)}>{button.title}</button></li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Sources({ reply, words }: { reply: Reply; words: Words }): JSX.Element {
  const { sources } = reply;
  return (
    <details class="sources" onToggle={(event) => event.currentTarget.open && event.currentTarget.scrollIntoView({ block: "nearest" })}>
      <summary>{sources.length === 1 ? words.sources_one : words.sources_many!.replace("{n}", String(sources.length))}</summary>
      <ol>
        {sources.map((source, n) => (
          <li key={n}>{source.url ? <Link to={source.url} newTab={words.new_tab!}>{source.title}</Link> : source.title}</li>
        ))}
      </ol>
    </details>
  );
}

function Rating({ helpful, words, rate, say }: Pick<ReplyProps, "words" | "rate" | "say"> & { helpful: boolean | null }): JSX.Element {
  const [asked, setAsked] = useState(false);
  const press = (value: boolean) => () => {
    const now = helpful === value ? null : value;
    setAsked(true);
    void rate(now)
      .then(() => now !== null && say(words.thanks!), (error: Error) => say(error.message))
      .finally(() => setAsked(false));
  };
  return (
    <div class="rating">
      <button type="button" aria-pressed={helpful === true} aria-label={words.helpful} title={words.helpful} disabled={asked} onClick={press(true)}>
        <Icon name="up" />
      </button>
      <button type="button" aria-pressed={helpful === false} aria-label={words.not_helpful} title={words.not_helpful} disabled={asked} onClick={press(false)}>
        <Icon name="down" />
      </button>
    </div>
  );
}

export function PersonView({ text, words, outgoing, again }: { text: string; words: Words; outgoing?: Outgoing; again?: () => void }): JSX.Element {
  return (
    <div class={`turn person ${outgoing?.state ?? ""}`}>
      <div class="bubble"><span class="hidden">{words.you}: </span><p>{text}</p></div>
      {outgoing?.state === "waiting" && <p class="status">{words.waiting}</p>}
      {outgoing?.state === "failed" && (
        <div class="status error">
          <p><strong>{words.not_sent}.</strong> <span lang="en">{outgoing.sentence}</span></p>
          {outgoing.again && <button type="button" class="link" onClick={again}>{words.send_again}</button>}
        </div>
      )}
    </div>
  );
}
