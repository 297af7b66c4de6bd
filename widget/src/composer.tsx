import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { Icon } from "./icons";
import type { Words } from "./message";

/** What the server takes, and from where on the count is shown. */
const MOST = 1000;
const COUNTED_FROM = 900;
const TALLEST = 132;

interface Props {
  input: RefObject<HTMLTextAreaElement | null>;
  words: Words;
  send: (text: string) => void;
}

/** The text field: Enter sends, Shift and Enter begin a new line. */
export function Composer({ input, words, send }: Props): JSX.Element {
  const [text, setText] = useState("");
  useLayoutEffect(() => {
    const field = input.current!;
    field.style.height = "";
    if (text !== "") field.style.height = `${Math.min(field.scrollHeight, TALLEST)}px`;
  }, [text]);
  const submit = (event: Event): void => {
    event.preventDefault();
    const plain = text.trim();
    if (plain === "") return;
    send(plain);
    setText("");
    input.current?.focus();
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  return (
    <form class="composer" onSubmit={submit}>
      <textarea ref={input} rows={1} value={text} aria-label={words.input} placeholder={words.placeholder} autocomplete="off"
        enterkeyhint="send" onInput={(event) => setText(event.currentTarget.value)} onKeyDown={keys} />
      {text.length > COUNTED_FROM && <span class={text.length > MOST ? "count over" : "count"}>{text.length} / {MOST}</span>}
      <button type="submit" aria-label={words.send} disabled={text.trim() === ""}><Icon name="send" /></button>
    </form>
  );
}
