import { useRef } from "preact/hooks";
import type { JSX } from "preact";
import { Icon, type IconName } from "./icons";
import printStyles from "./print.css";
import type { Table } from "./wire";

interface Props {
  table: Table;
  words: Record<string, string>;
  say: (text: string) => void;
  download: (kind: "csv" | "ics") => Promise<string>;
}

/** A rep scheme with its tools: copy, print, and the files that the server makes. */
export function TableCard({ table, words, say, download }: Props): JSX.Element {
  const element = useRef<HTMLTableElement>(null);
  const save = (kind: "csv" | "ics") => () => void download(kind).then((name) => say(words.saved!.replace("{name}", name)), (error: Error) => say(error.message));
  const copy = () => void copied(table).then(() => say(words.copied!), () => say(words.not_copied!));
  return (
    <figure class="plan">
      <div class="scroll" role="region" aria-label={table.title} tabIndex={0}>
        <table ref={element}>
          <caption>{table.title}</caption>
          <thead><tr>{table.columns.map((name) => <th scope="col" key={name}>{name}</th>)}</tr></thead>
          <tbody>
            {table.rows.map((row, n) => (
              <tr key={n} class={/\D/.test(row[0] ?? "") ? "apart" : undefined}>
                {row.map((cell, place) => (place === 0 ? <th scope="row" key={place}>{cell}</th> : <td key={place}>{cell}</td>))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="tools">
        <Tool icon="copy" label={words.copy!} run={copy} />
        <Tool icon="print" label={words.print!} run={() => printed(element.current!)} />
        <Tool icon="csv" label={words.csv!} run={save("csv")} />
        {table.calendar && <Tool icon="calendar" label={words.calendar!} run={save("ics")} />}
      </div>
    </figure>
  );
}

function Tool({ icon, label, run }: { icon: IconName; label: string; run: () => void }): JSX.Element {
  return <button type="button" class="tool" onClick={run}><Icon name={icon} />{label}</button>;
}

/** Puts the table into the clipboard, with tabs between the cells, as spreadsheets and mails take it. */
async function copied(table: Table): Promise<void> {
  const rows = [table.columns, ...table.rows].map((row) => row.join("\t"));
  await navigator.clipboard.writeText([table.title, ...rows].join("\n"));
}

/** Prints the table alone: a frame of its own holds a copy, because a page can't print a part of itself. */
function printed(table: HTMLTableElement): void {
  const frame = document.createElement("iframe");
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  frame.style.cssText = "position:fixed;width:0;height:0;border:0";
  document.body.append(frame);
  const view = frame.contentWindow as Window & typeof globalThis;
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(printStyles);
  view.document.adoptedStyleSheets = [sheet];
  view.document.title = table.caption?.textContent ?? "";
  view.document.body.append(view.document.importNode(table, true));
  view.addEventListener("afterprint", () => frame.remove());
  view.focus();
  view.print();
}
