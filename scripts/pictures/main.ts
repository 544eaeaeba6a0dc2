/**
 * `npm run pictures`: draws the card, the forms and App Home from their real blocks, in a browser, into docs/pictures.
 * `-- --html FOLDER` writes the pages instead and needs no browser.
 */
import { existsSync } from "node:fs";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { renderPage } from "./page.ts";
import { buildPictures, NAMES } from "./samples.ts";

const PICTURES = resolve(import.meta.dirname, "../../docs/pictures");
const SIZE_BYTES_MAX = 150_000;
const BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const NO_BROWSER = `No browser was found. Install one (Debian: apt-get install chromium fonts-noto-color-emoji), or name it:
CHROMIUM_PATH=/path/to/chromium npm run pictures
`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { html: { type: "string" } } });
  const pages = Object.entries(buildPictures()).map(
    ([name, surface]) => [name, renderPage(surface, NAMES)] as const,
  );
  if (values.html !== undefined) {
    await mkdir(values.html, { recursive: true });
    for (const [name, html] of pages) await writeFile(join(values.html, `${name}.html`), html);
    return 0;
  }
  const executablePath = [process.env.CHROMIUM_PATH ?? "", ...BROWSERS].find(
    (path) => path !== "" && existsSync(path),
  );
  if (executablePath === undefined) {
    process.stderr.write(NO_BROWSER);
    return 1;
  }
  await mkdir(PICTURES, { recursive: true });
  return drawAll(executablePath, pages);
}

async function drawAll(executablePath: string, pages: (readonly [string, string])[]): Promise<number> {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const context = await browser.newContext({
      viewport: { width: 740, height: 600 },
      javaScriptEnabled: false,
      offline: true,
    });
    let tooLarge = 0;
    for (const [name, html] of pages) {
      const page = await context.newPage();
      await page.setContent(html);
      const path = join(PICTURES, `${name}.png`);
      await page.locator("#picture").screenshot({ path });
      const { size } = await stat(path);
      if (size > SIZE_BYTES_MAX) tooLarge += 1;
      process.stdout.write(
        `${path} ${Math.ceil(size / 1000)} kB${size > SIZE_BYTES_MAX ? " (too large)" : ""}\n`,
      );
    }
    return tooLarge === 0 ? 0 : 1;
  } finally {
    await browser.close();
  }
}

process.exitCode = await main();
