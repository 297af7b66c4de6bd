/** What a page may set on the script tag or on the element. */
export interface Options {
  /** Where the server's /chat/ is, with a slash at its end. */
  base: string;
  mode: "page" | "widget";
  title: string | null;
  greeting: string | null;
  locale: string;
  position: "left" | "right";
}

/** Returns an attribute, also where it is written as data-NAME; null where it is absent or empty. */
export function attribute(element: Element, name: string): string | null {
  return element.getAttribute(name) || element.getAttribute(`data-${name}`) || null;
}

export function optionsOf(element: Element, base: string): Options {
  const locale = attribute(element, "locale") ?? navigator.language;
  return {
    base,
    mode: attribute(element, "mode") === "page" ? "page" : "widget",
    title: attribute(element, "title"),
    greeting: attribute(element, "greeting"),
    locale: isLocale(locale) ? locale : "en",
    position: attribute(element, "position") === "left" ? "left" : "right",
  };
}

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** Returns the labels of a locale's language, those of English where there are none. */
export function labelsFor(all: Record<string, Record<string, string>>, locale: string): Record<string, string> {
  const language = locale.split("-")[0]!.toLowerCase();
  return { ...all.en, ...all[language] };
}
