// Derives readable colours from the one that a site chooses.
type Rgb = [number, number, number];

const READABLE = 4.5;
const STEP = 0.06;
const DARK: Rgb = [16, 20, 24];
const WHITE: Rgb = [255, 255, 255];
/** Any colour is readable with black or with white; where it can be, with our own dark. */
const INKS: Rgb[] = [DARK, WHITE, [0, 0, 0]];
/** What text in the site's colour stands on: the surfaces of the light and the dark look (style.css). */
const LIGHT_GROUND: Rgb = [240, 242, 237];
const DARK_GROUND: Rgb = [34, 40, 46];

/** Returns custom properties for a CSS colour; an empty list where the browser does not know the colour. */
export function palette(color: string): Array<[string, string]> {
  const accent = parsed(color);
  if (accent === null) return [];
  const onAccent = INKS.find((ink) => contrast(accent, ink) >= READABLE)!;
  return [
    ["--accent", css(accent)],
    ["--on-accent", css(onAccent)],
    ["--accent-on-light", css(readable(accent, LIGHT_GROUND, [0, 0, 0]))],
    ["--accent-on-dark", css(readable(accent, DARK_GROUND, WHITE))],
  ];
}

function parsed(color: string): Rgb | null {
  if (!CSS.supports("color", color)) return null;
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return null;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red!, green!, blue!];
}

function readable(color: Rgb, ground: Rgb, towards: Rgb): Rgb {
  let found = color;
  for (let share = STEP; contrast(found, ground) < READABLE && share <= 1; share += STEP) {
    found = color.map((part, n) => Math.round(part + (towards[n]! - part) * share)) as Rgb;
  }
  return found;
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function css(color: Rgb): string {
  return `rgb(${color.join(" ")})`;
}
