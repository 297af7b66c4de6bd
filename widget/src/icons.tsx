import type { JSX } from "preact";

const PATHS = {
  barbell: "M8 12h8M7 7.5v9M4 9.5v5M17 7.5v9M20 9.5v5",
  send: "M12 19V5M6 11l6-6 6 6",
  close: "M6 6l12 12M18 6 6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  up: "M7 10.5v9H4.5v-9zM7 10.5l4-7c1.5 0 2.5 1 2.5 2.5v3h4.6c1.3 0 2.2 1.2 1.9 2.4l-1.4 6.3c-.2 1-1.1 1.8-2.2 1.8H7",
  down: "M7 13.5v-9H4.5v9zM7 13.5l4 7c1.5 0 2.5-1 2.5-2.5v-3h4.6c1.3 0 2.2-1.2 1.9-2.4l-1.4-6.3c-.2-1-1.1-1.8-2.2-1.8H7",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  print: "M7 9V4h10v5M7 17H4.5V9h15v8H17M7 14h10v6H7z",
  csv: "M4.5 5h15v14h-15zM4.5 10h15M4.5 14.5h15M10 5v14",
  calendar: "M4.5 6h15v13.5h-15zM4.5 10.5h15M8.5 3.5v4M15.5 3.5v4",
  fresh: "M12 5v14M5 12h14",
  bin: "M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7",
  arrow: "M12 5v14M6 13l6 6 6-6",
} as const;

export type IconName = keyof typeof PATHS;

/** A line drawing; what it means is said by the text or label beside it. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return <svg class={`icon ${name}`} viewBox="0 0 24 24" aria-hidden="true"><path d={PATHS[name]} /></svg>;
}
