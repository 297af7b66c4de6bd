// The chat: loaded by the launcher, shown in its shadow root.
import labels from "labels";
import { render } from "preact";
import { App, type Handle } from "./app";
import { labelsFor, type Options } from "./options";
import { Session } from "./session";
import styles from "./style.css";
import { Wire } from "./wire";

export interface Chat {
  open(): void;
  close(): void;
}

/** Adds the chat to the launcher's shadow root, closed; `leave` is called when the person closes it. */
export function mount(root: ShadowRoot, options: Options, leave: () => void): Chat {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const words = labelsFor(labels, options.locale);
  if (options.title !== null) words.title = options.title;
  if (options.greeting !== null) words.greeting = options.greeting;
  const wire = new Wire(options.base);
  const session = new Session(wire, options.base, words.expired!);
  const place = document.createElement("div");
  place.className = "place";
  root.prepend(place);
  let handle: Handle | null = null;
  const draw = (open: boolean): void => {
    render(<App open={open} options={options} words={words} wire={wire} session={session} leave={leave} handle={(made) => (handle = made)} />, place);
  };
  draw(false);
  return {
    open() {
      draw(true);
      session.run();
      handle?.focus();
    },
    close() {
      session.pause();
      draw(false);
    },
  };
}
