// The launcher: a button on any page. The chat itself is loaded when the page has time for it, or when it is opened.
import labels from "labels/launcher";
import type { Chat } from "./chat";
import { palette } from "./colors";
import styles from "./launcher.css";
import { attribute, labelsFor, optionsOf, type Options } from "./options";

const NAME = "repwise-chat";
const ATTRIBUTES = ["title", "color", "position", "greeting", "locale"];
const SVG = "http://www.w3.org/2000/svg";
/** A speech bubble with a barbell in it, and a cross. */
const BUBBLE = "M16 3.5c7.2 0 12.5 4.6 12.5 10.7S23.2 24.9 16 24.9c-1.3 0-2.6-.2-3.8-.5L6.3 27.7c-.6.3-1.3-.2-1.2-.9l.6-4.5C4.1 20.2 3.5 17.3 3.5 14.2 3.5 8.1 8.8 3.5 16 3.5Z";
const BARBELL = "M12.3 14.200h7.400M11 10.700v7M8.4 12.200v4M21 10.700v7M23.6 12.200v4";
const CROSS = "M9 9l14 14M23 9 9 23";

const script = document.currentScript as HTMLScriptElement;
const base = new URL(".", script.src).href;

class RepwiseChat extends HTMLElement {
  private chat: Promise<Chat> | null = null;
  private button: HTMLButtonElement | null = null;
  private note: HTMLElement | null = null;
  private options!: Options;
  private words: Record<string, string> = {};

  connectedCallback(): void {
    if (this.shadowRoot) return;
    this.options = optionsOf(this, base);
    this.words = labelsFor(labels, this.options.locale);
    this.removeAttribute("title"); // it would show as a tooltip over the whole chat
    const root = this.attachShadow({ mode: "open" });
    this.dataset.mode = this.options.mode;
    this.dataset.position = this.options.position;
    root.adoptedStyleSheets = [sheet(styles)];
    this.paint();
    if (this.options.mode === "page") void this.show();
    else this.addLauncher(root);
  }

  /** Opens the chat; pages may call it from a button of their own. */
  async show(): Promise<void> {
    try {
      const chat = await this.loaded();
      this.note?.remove();
      chat.open();
      this.button?.setAttribute("aria-expanded", "true");
      this.dataset.open = "";
    } catch (error) {
      this.tell(this.words.load_failed!);
      console.error(error);
    }
  }

  /** Closes the chat and gives the focus back to the launcher. */
  async hide(): Promise<void> {
    (await this.loaded()).close();
    delete this.dataset.open;
    this.button?.setAttribute("aria-expanded", "false");
    this.button?.focus();
  }

  private loaded(): Promise<Chat> {
    this.chat ??= import(base + CHAT_FILE)
      .then((module) => module.mount(this.shadowRoot!, this.options, () => void this.hide()) as Chat)
      .catch((error: unknown) => {
        this.chat = null; // the next click tries again
        throw error;
      });
    return this.chat;
  }

  private addLauncher(root: ShadowRoot): void {
    const button = document.createElement("button");
    button.className = "launcher";
    button.type = "button";
    button.setAttribute("aria-haspopup", "dialog");
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-label", this.words.open!.replace("{title}", this.options.title ?? this.words.title!));
    button.append(icon("closed", BUBBLE, BARBELL), icon("opened", CROSS));
    button.addEventListener("click", () => void ("open" in this.dataset ? this.hide() : this.show()));
    button.addEventListener("pointerenter", () => this.prefetch(), { once: true });
    root.append(button);
    this.button = button;
    if ("requestIdleCallback" in window) requestIdleCallback(() => this.prefetch(), { timeout: 5000 });
  }

  /** Fetches the chat ahead; a failure shows when it is opened. */
  private prefetch(): void {
    const connection = (navigator as { connection?: { saveData?: boolean } }).connection;
    if (!connection?.saveData) this.loaded().catch(() => undefined);
  }

  private paint(): void {
    const color = attribute(this, "color") ?? getComputedStyle(this).getPropertyValue("--repwise-color").trim();
    const root = this.shadowRoot!;
    if (color) {
      const rules = palette(color).map(([name, value]) => `${name}:${value}`);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet(`:host{${rules.join(";")}}`)];
    }
  }

  private tell(text: string): void {
    const note = this.note ?? document.createElement("p");
    note.className = "note";
    note.setAttribute("role", "alert");
    this.shadowRoot!.append(note);
    note.textContent = text;
    this.note = note;
  }
}

function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

function icon(name: string, ...paths: string[]): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", name);
  for (const path of paths) {
    const drawn = document.createElementNS(SVG, "path");
    drawn.setAttribute("d", path);
    svg.append(drawn);
  }
  return svg;
}

function start(): void {
  if (!customElements.get(NAME)) customElements.define(NAME, RepwiseChat);
  if (document.querySelector(NAME)) return;
  const element = document.createElement(NAME);
  for (const name of ATTRIBUTES) {
    const value = attribute(script, name);
    if (value !== null) element.setAttribute(name, value);
  }
  document.body.append(element);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
