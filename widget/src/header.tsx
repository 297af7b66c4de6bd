import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icons";
import type { Words } from "./message";

interface Props {
  words: Words;
  closable: boolean;
  Heading: "h1" | "h2";
  leave: () => void;
  startAnew: () => void;
  download: () => void;
  deleteAll: () => void;
}

/** Title, menu and close button; deleting is asked back. */
export function Header({ words, closable, Heading, leave, startAnew, download, deleteAll }: Props): JSX.Element {
  const [shown, setShown] = useState<"nothing" | "menu" | "question">("nothing");
  const opener = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const back = (): void => {
    setShown("nothing");
    opener.current?.focus();
  };
  useLayoutEffect(() => {
    if (shown === "question") keep.current?.focus();
  }, [shown]);
  const keys = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || shown === "nothing") return;
    event.preventDefault();
    back();
  };
  const left = (event: FocusEvent): void => {
    const to = event.relatedTarget as Node | null;
    if (shown === "menu" && to && !popup.current?.contains(to) && to !== opener.current) setShown("nothing");
  };
  return (
    <header class="header" onKeyDown={keys} onFocusOut={left}>
      <span class="mark"><Icon name="barbell" /></span>
      <div class="names">
        <Heading>{words.title}</Heading>
        <p>{words.subtitle}</p>
      </div>
      <button type="button" ref={opener} class="round" aria-label={words.menu} aria-expanded={shown === "menu"}
        onClick={() => setShown(shown === "menu" ? "nothing" : "menu")}><Icon name="more" /></button>
      {shown === "menu" && (
        <div class="menu" ref={popup}>
          <button type="button" onClick={() => { setShown("nothing"); startAnew(); }}><Icon name="fresh" />{words.new_talk}</button>
          <button type="button" onClick={() => { setShown("nothing"); download(); }}><Icon name="csv" />{words.download_data}</button>
          <button type="button" onClick={() => setShown("question")}><Icon name="bin" />{words.delete_data}</button>
        </div>
      )}
      {shown === "question" && (
        <div class="menu question" role="alertdialog" aria-label={words.delete_data} aria-describedby="delete-ask">
          <p id="delete-ask">{words.delete_ask}</p>
          <div>
            <button type="button" class="plain" ref={keep} onClick={back}>{words.delete_no}</button>
            <button type="button" class="danger" onClick={() => { setShown("nothing"); deleteAll(); }}>{words.delete_yes}</button>
          </div>
        </div>
      )}
      {closable && <button type="button" class="round" aria-label={words.close} onClick={leave}><Icon name="close" /></button>}
    </header>
  );
}
