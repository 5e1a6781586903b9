// Opens pages in headless Chromium, each as XHTML and as HTML, and says what they did and what they hold.
//
//   node open.mjs MODULES CHROMIUM FOLDER...
//
// Each folder is an unpacked EPUB, served from an origin of its own. Prints one JSON object: how many pages were opened and
// how many files were served, and everything a page should not do or have.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";

const [modules, chromium, ...folders] = process.argv.slice(2);
const puppeteer = createRequire(join(modules, "x.js"))("puppeteer-core");

const TYPES = {
  ".css": "text/css",
  ".jpg": "image/jpeg",
  ".png": "image/png",
  ".xhtml": "application/xhtml+xml",
};

const found = { pages: 0, served: 0, elements: 0, links: 0, complaints: [] };
const browser = await puppeteer.launch({
  executablePath: chromium,
  headless: true,
  args: [
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ...["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
  ],
});
try {
  for (const folder of folders) await openAll(folder);
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(found, null, 1) + "\n");

async function openAll(folder) {
  // The same file under two types: a reading system may parse a page as XML, a web view as HTML.
  const server = createServer((request, response) => {
    const [, kind, ...rest] = decodeURIComponent(request.url).split("/");
    const file = join(folder, "EPUB", ...rest);
    const known = (kind === "xhtml" || kind === "html") && !rest.includes("..") && existsSync(file);
    const type = kind === "html" && file.endsWith(".xhtml") ? "text/html; charset=utf-8" : TYPES[extname(file)];
    found.served += known ? 1 : 0;
    response.writeHead(known ? 200 : 404, { "Content-Type": type ?? "application/octet-stream" });
    response.end(known ? readFileSync(file) : "");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const names = readdirSync(join(folder, "EPUB")).filter((name) => name.endsWith(".xhtml"));
  const waiting = ["xhtml", "html"].flatMap((kind) => names.map((name) => `${origin}/${kind}/${name}`));
  const tabs = await Promise.all([1, 2].map(() => tab(origin)));
  await Promise.all(
    tabs.map(async (page) => {
      for (let address = waiting.pop(); address; address = waiting.pop()) await open(page, address);
      await page.close();
    }),
  );
  server.close();
}

async function tab(origin) {
  const page = await browser.newPage();
  const complain = (what) => found.complaints.push(`${page.url().slice(-60)}: ${what.slice(0, 300)}`);
  page.on("request", (request) => {
    const own = request.url().startsWith(`${origin}/`) || request.url() === "about:blank";
    if (!own && !request.url().endsWith("/favicon.ico")) complain(`asks for ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() !== 200 && !response.url().endsWith("/favicon.ico")) complain(`${response.status()} ${response.url()}`);
  });
  page.on("dialog", (dialog) => (complain(`opens a dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("popup", () => complain("opens a window"));
  page.on("workercreated", () => complain("starts a worker"));
  page.on("pageerror", (error) => complain(`throws ${error.message}`));
  page.on("console", (message) => {
    if (!message.location().url?.endsWith("/favicon.ico")) complain(`${message.type()}: ${message.text()}`);
  });
  page.on("framenavigated", (frame) => {
    if (frame !== page.mainFrame()) complain(`has a frame ${frame.url()}`);
  });
  return page;
}

async function open(page, address) {
  await page.goto(address, { waitUntil: "load" });
  const seen = await page.evaluate(look);
  found.pages += 1;
  found.elements += seen.elements;
  found.links += seen.links;
  for (const line of seen.complaints) found.complaints.push(`${address.slice(-60)}: ${line}`);
  if (page.url() !== address) found.complaints.push(`${address.slice(-60)}: went to ${page.url().slice(0, 200)}`);
}

// Runs in the page: what the browser itself makes of the markup, whatever the file looks like.
function look() {
  const complaints = [];
  let links = 0;
  const all = [...document.querySelectorAll("*")];
  for (const element of all) {
    const name = element.localName;
    if (/^(script|iframe|frame|object|embed|applet|form|input|button|svg|math|base|video|audio|template|style)$/.test(name))
      complaints.push(`has an element ${name}`);
    for (const attribute of element.attributes)
      if (/^(on|style$|srcdoc$|action$|formaction$|ping$|target$|http-equiv$|srcset$)/i.test(attribute.name))
        complaints.push(`${name} has ${attribute.name}`);
    if (name === "a" || name === "area") {
      links += 1;
      const own = element.href === "" || element.href.startsWith(location.origin);
      if (!own && !["http:", "https:", "mailto:"].includes(element.protocol)) complaints.push(`a link runs ${element.href}`);
    }
    if (name === "img" && !(element.complete && element.naturalWidth > 0)) complaints.push(`no image ${element.src}`);
  }
  return { complaints, links, elements: all.length };
}
