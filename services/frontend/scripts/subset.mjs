/**
 * Writes the face for headings and figures with Basic Latin alone: half the bytes that every phone loads first.
 * Names with other letters bring the whole face, by `unicode-range` in styles/typeface.css.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";

const FACE = import.meta.resolve(
  "@fontsource/bricolage-grotesque/files/bricolage-grotesque-latin-700-normal.woff2",
);
const TARGET = new URL("../styles/faces/", import.meta.url);
const BASIC_LATIN = Array.from({ length: 95 }, (_, place) => String.fromCodePoint(0x20 + place)).join("");

const whole = await readFile(fileURLToPath(FACE));
const subset = await subsetFont(whole, `${BASIC_LATIN}–—‘’“”…→−×`, { targetFormat: "woff2" });
await mkdir(TARGET, { recursive: true });
await writeFile(new URL("bricolage-basic-latin-700.woff2", TARGET), subset);
