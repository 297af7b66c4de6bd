import type { ComponentChild, JSX } from "preact";
import type { Line } from "./wire";

const ADDRESS = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/gi;

/** Returns an address that may be opened, absolute; null for all but http and https. */
export function safeAddress(address: string, base?: string): string | null {
  try {
    const url = new URL(address, base);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

export function Link({ to, newTab, children }: { to: string; newTab: string; children: ComponentChild }): JSX.Element {
  const href = safeAddress(to);
  if (href === null) return <>{children}</>;
  return <a href={href} target="_blank" rel="noopener noreferrer">{children}<span class="hidden"> ({newTab})</span></a>;
}

/** Lines of plain text: bullets become a list, addresses links. All of it goes in as text nodes. */
export function Lines({ lines, newTab }: { lines: Line[]; newTab: string }): JSX.Element {
  const blocks: ComponentChild[] = [];
  for (let place = 0; place < lines.length; place++) {
    const line = lines[place]!;
    if (!line.bullet) {
      blocks.push(<p key={place}>{linked(line.text, newTab)}</p>);
      continue;
    }
    const end = lines.findIndex((other, n) => n > place && !other.bullet);
    const items = lines.slice(place, end < 0 ? undefined : end);
    blocks.push(<ul key={place}>{items.map((item, n) => <li key={n}>{linked(item.text, newTab)}</li>)}</ul>);
    place += items.length - 1;
  }
  return <>{blocks}</>;
}

function linked(text: string, newTab: string): ComponentChild[] {
  const parts: ComponentChild[] = [];
  let last = 0;
  for (const found of text.matchAll(ADDRESS)) {
    parts.push(text.slice(last, found.index), <Link to={found[0]} newTab={newTab}>{found[0]}</Link>);
    last = found.index + found[0].length;
  }
  parts.push(text.slice(last));
  return parts;
}
