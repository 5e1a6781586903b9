// Opens an EPUB in epub.js in headless Chromium and pages through all of it.
//
//   node read.mjs BOOK.epub MODULES CHROMIUM SCREENSHOTS
//
// Prints one JSON object: for each device the pages turned, every image with whether it loaded, every request
// that was made and every complaint of the console. Screenshots go to the folder SCREENSHOTS.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [book, modules, chromium, screenshots] = process.argv.slice(2);
const puppeteer = createRequire(join(modules, "x.js"))("puppeteer-core");
const here = dirname(fileURLToPath(import.meta.url));

const FILES = {
  "/": [join(here, "page.html"), "text/html; charset=utf-8"],
  "/jszip.js": [join(modules, "jszip/dist/jszip.min.js"), "text/javascript"],
  "/epub.js": [join(modules, "epubjs/dist/epub.min.js"), "text/javascript"],
  "/book.epub": [book, "application/epub+zip"],
};

const DEVICES = [
  { name: "phone-light", width: 390, height: 780, scheme: "light" },
  { name: "phone-dark", width: 390, height: 780, scheme: "dark" },
  { name: "tablet-light", width: 834, height: 1112, scheme: "light" },
  { name: "tablet-dark", width: 834, height: 1112, scheme: "dark" },
];

const server = createServer((request, response) => {
  const file = FILES[request.url];
  response.writeHead(file ? 200 : 404, { "Content-Type": file ? file[1] : "text/plain" });
  response.end(file ? readFileSync(file[0]) : "");
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const address = `http://127.0.0.1:${server.address().port}/`;

mkdirSync(screenshots, { recursive: true });
const browser = await puppeteer.launch({
  executablePath: chromium,
  headless: true,
  args: [
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ...["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
  ],
});

const seen = {};
try {
  for (const device of DEVICES) seen[device.name] = await read(device);
} finally {
  await browser.close();
  server.close();
}
process.stdout.write(JSON.stringify(seen, null, 1) + "\n");

async function read(device) {
  const page = await browser.newPage();
  const found = { pages: 0, sections: {}, images: [], wide: [], contrasts: [], requests: [], console: [] };
  page.on("request", (request) => found.requests.push(request.url().slice(0, 200)));
  page.on("requestfailed", (request) => found.console.push(`failed: ${request.url().slice(0, 200)}`));
  page.on("console", (message) => found.console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => found.console.push(`exception: ${error.message}`));
  await page.setViewport({ width: device.width, height: device.height, deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: device.scheme }]);
  await page.goto(address, { waitUntil: "load" });
  await page.evaluate(open);
  for (;;) {
    const place = await page.evaluate(look);
    const turned = (found.sections[place.href] = (found.sections[place.href] ?? 0) + 1);
    found.pages += 1;
    if (turned === 1) {
      found.images.push(...place.images);
      found.wide.push(...place.wide);
      found.contrasts.push(...place.contrasts);
      if (place.replaced) found.console.push(`an address stands in the words of ${place.href}`);
    }
    if (turned <= 2 || place.figure) {
      const name = `${device.name}-${String(place.index).padStart(3, "0")}-${String(turned).padStart(2, "0")}.png`;
      await page.screenshot({ path: join(screenshots, name) });
    }
    if (place.end) break;
    await page.evaluate(() => window.rendition.next());
  }
  await page.close();
  return found;
}

// The two functions below run in the page.

async function open() {
  const book = ePub(await (await fetch("book.epub")).arrayBuffer());
  window.rendition = book.renderTo("book", { width: "100%", height: "100%", spread: "none", flow: "paginated" });
  await window.rendition.display();
}

async function look() {
  const { start, atEnd } = window.rendition.currentLocation();
  const { displayed } = start;
  const { document, window: inner } = window.rendition.getContents()[0];
  const images = [...document.images];
  await Promise.all(images.map((image) => image.decode().catch(() => undefined)));
  const left = (displayed.page - 1) * innerWidth;
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.left >= left && box.left < left + innerWidth;
  };
  const column = innerWidth;

  // Luminance and contrast as WCAG 2.2 defines them, of the first element of each kind; opacity counts.
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const canvas = document.createElement("p");
  canvas.style.color = "Canvas";
  document.body.append(canvas);
  const ground = channels(inner.getComputedStyle(canvas).color).slice(0, 3);
  canvas.remove();
  const kinds = new Map();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const kind = `${element.tagName}.${element.className}`;
    if (own && !kinds.has(kind)) kinds.set(kind, element);
  }
  const contrasts = [...kinds].map(([kind, element]) => {
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) opacity *= Number(inner.getComputedStyle(at).opacity);
    const ink = channels(inner.getComputedStyle(element).color);
    const alpha = opacity * (ink[3] ?? 1);
    const mixed = [0, 1, 2].map((place) => ink[place] * alpha + ground[place] * (1 - alpha));
    const [low, high] = [luminance(mixed), luminance(ground)].sort((a, b) => a - b);
    return { in: start.href, kind, ratio: Math.round(((high + 0.05) / (low + 0.05)) * 100) / 100 };
  });
  return {
    contrasts,
    // epub.js puts its own addresses wherever a page has the name of a file of the book, in words too.
    replaced: document.body.innerText.includes("blob:"),
    href: start.href,
    index: start.index,
    figure: [...document.querySelectorAll("img, table, .missing-image, .provenance, blockquote, pre")].some(shown),
    images: images.map((image) => ({ in: start.href, loaded: image.complete && image.naturalWidth > 0 })),
    wide: [...document.querySelectorAll("body *")]
      .filter((element) => !element.closest(".table, pre") && element.getBoundingClientRect().width > column)
      .filter((element) => element.matches("p, h1, h2, h3, img, li, dd, figure, figcaption"))
      .filter((element) => element.getClientRects().length === 1)
      .map((element) => `${start.href} ${element.tagName} ${Math.round(element.getBoundingClientRect().width)}`),
    end: Boolean(atEnd),
  };
}
