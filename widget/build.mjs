// Builds dist/widget.js (the launcher) and dist/chat-HASH.js (the chat, loaded by it), and fails when both together grow too large.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { parse } from "yaml";

const ROOT = import.meta.dirname;
const DIST = join(ROOT, "dist");
const MOST_BYTES = 60_000;
const BANNER = "/*! Repwise chat. Contains Preact and eventsource-parser; all under the MIT licence, see NOTICE. */";
const OF_THE_LAUNCHER = ["title", "open", "close", "load_failed"];

const wording = parse(readFileSync(join(ROOT, "..", "knowledge", "wording.yml"), "utf8"));
const labels = wording.channel.web.labels;
const few = Object.fromEntries(Object.entries(labels).map(([language, words]) =>
  [language, Object.fromEntries(OF_THE_LAUNCHER.map((key) => [key, words[key]]))]));

/** Makes `import labels from "labels"` and `"labels/launcher"` give the labels of knowledge/wording.yml. */
const labelled = {
  name: "labels",
  setup(plugin) {
    plugin.onResolve({ filter: /^labels(\/launcher)?$/ }, ({ path }) => ({ path, namespace: "labels" }));
    plugin.onLoad({ filter: /.*/, namespace: "labels" }, ({ path }) =>
      ({ contents: JSON.stringify(path === "labels" ? labels : few), loader: "json" }));
  },
};

/** Style sheets come in as text for constructable style sheets, which a strict content security policy allows. */
const styled = {
  name: "styles",
  setup(plugin) {
    plugin.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const small = await build({ entryPoints: [path], minify: true, write: false, bundle: true });
      return { contents: small.outputFiles[0].text, loader: "text" };
    });
  },
};

async function bundle(entry, name, options) {
  const result = await build({
    entryPoints: { [name]: join(ROOT, "src", entry) }, outdir: DIST, bundle: true, minify: true, write: false, metafile: true,
    target: ["es2022"], banner: { js: BANNER }, jsx: "automatic", jsxImportSource: "preact", legalComments: "none", plugins: [labelled, styled], ...options,
  });
  const { path, contents } = result.outputFiles[0];
  return { name: basename(path), contents, packed: gzipSync(contents, { level: 9 }).length };
}

const chat = await bundle("chat.tsx", "chat", { format: "esm", entryNames: "[name]-[hash]" });
const launcher = await bundle("launcher.ts", "widget", { format: "iife", define: { CHAT_FILE: JSON.stringify(chat.name) } });
rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
for (const file of [launcher, chat]) writeFileSync(join(DIST, file.name), file.contents);
const total = launcher.packed + chat.packed;
console.log(`Widget: launcher ${launcher.packed} and chat ${chat.packed}, together ${total} of at most ${MOST_BYTES} bytes gzipped.`);
if (total > MOST_BYTES) {
  console.error("The widget is too large.");
  process.exit(1);
}
