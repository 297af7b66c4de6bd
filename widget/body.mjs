// Writes the body outlines of react-native-body-highlighter as plain data: node body.mjs FILE. The package itself draws on phones only.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";

const PACKAGE = "react-native-body-highlighter/dist";
const require = createRequire(import.meta.url);

/** Parts by name; of those on both sides the ones on the right of the picture. */
const parts = (list) => Object.fromEntries(list.map(({ slug, path }) => [slug, [...(path.common ?? []), ...(path.right ?? [])]]));

const wrapper = readFileSync(require.resolve(`${PACKAGE}/components/SvgMaleWrapper.js`), "utf8");
const outlines = Object.fromEntries([...wrapper.matchAll(/side === "(front|back)" && \([^]*?\bd="([^"]+)"/g)].map(([, side, path]) => [side, path]));
const { bodyFront } = require(`${PACKAGE}/assets/bodyFront.js`);
const { bodyBack } = require(`${PACKAGE}/assets/bodyBack.js`);
const body = { front: { outline: outlines.front, parts: parts(bodyFront) }, back: { outline: outlines.back, parts: parts(bodyBack) } };
for (const [side, { outline, parts: found }] of Object.entries(body)) {
  if (!outline || Object.keys(found).length === 0) {
    console.error(`The ${side} of the body was not found in react-native-body-highlighter; has the package changed?`);
    process.exit(1);
  }
}
mkdirSync(dirname(process.argv[2]), { recursive: true });
writeFileSync(process.argv[2], JSON.stringify(body, null, 1));
