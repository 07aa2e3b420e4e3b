// Opens an HTML file in Chromium as a reader would: light and dark, wide and narrow, with <details> closed and open,
// and as it would be printed.
// Usage: node inspect.mjs CHROMIUM PAGE   Prints [{where, kind, what}], where kind is axe (accessibility),
// overflow (wider than the window or the paper), request (of anything but the file), console or error.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const SCHEMES = ['light', 'dark'];
const WIDTHS = [1300, 390];
const HEIGHT = 900;
const PAPER = 642; // A4 with margins of 2 cm, at 96 pixels per inch
const LIMIT_SECONDS = 240;
const STEP_MILLISECONDS = 60_000;
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
];
// The rules that are on by default, and the size of what is clicked, which is not.
const AXE_OPTIONS = { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function inspect(browser, url) {
  const found = [];
  for (const colorScheme of SCHEMES) {
    for (const width of WIDTHS) {
      found.push(...await inspectAs(browser, url, colorScheme, width));
    }
  }
  return [...found, ...await inspectPrint(browser, url)];
}

// What a printer would cut off.
async function inspectPrint(browser, url) {
  const context = await browser.newContext({ viewport: { width: PAPER, height: HEIGHT }, offline: true });
  context.setDefaultTimeout(STEP_MILLISECONDS);
  try {
    const page = await context.newPage();
    await page.emulateMedia({ media: 'print' });
    await page.goto(url, { waitUntil: 'load' });
    return (await page.evaluate(cutOff)).map((what) => ({ where: 'print', kind: 'overflow', what }));
  } finally {
    await context.close();
  }
}

async function inspectAs(browser, url, colorScheme, width) {
  const where = `${colorScheme}, ${width} px`;
  const context = await browser.newContext({
    colorScheme, viewport: { width, height: HEIGHT }, reducedMotion: 'reduce', offline: true,
  });
  context.setDefaultTimeout(STEP_MILLISECONDS);
  try {
    const page = await context.newPage();
    const found = listen(page, url, where);
    await page.goto(url, { waitUntil: 'load' });
    await page.evaluate(() => document.fonts.ready);
    found.push(...await measure(page, where));
    if (await page.evaluate(openDetails)) {
      found.push(...await measure(page, `${where}, details open`));
    }
    return found;
  } finally {
    await context.close();
  }
}

// What the page does by itself; the list grows while the page is open.
function listen(page, url, where) {
  const found = [];
  page.on('request', (request) => {
    const address = request.url().split('#')[0];
    if (address !== url && !address.startsWith('data:')) found.push({ where, kind: 'request', what: address });
  });
  page.on('console', (message) => {
    if (message.type() === 'error') found.push({ where, kind: 'console', what: message.text() });
  });
  page.on('pageerror', (error) => found.push({ where, kind: 'error', what: error.message }));
  return found;
}

async function measure(page, where) {
  const wide = await page.evaluate(overflow);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), AXE_OPTIONS);
  return [
    ...wide.map((what) => ({ where, kind: 'overflow', what })),
    ...violations.flatMap(({ id, help, nodes }) => nodes.map((node) => ({
      where, kind: 'axe', what: `${id}: ${help}: ${node.target.join(' ')}: ${node.html.slice(0, 200)}`,
    }))),
  ];
}

// --- In the page

function openDetails() {
  const all = [...document.querySelectorAll('details')];
  for (const details of all) details.open = true;
  return all.length > 0;
}

function overflow() {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`the document is ${scrollWidth} px wide in a window of ${clientWidth}`] : [];
}

function cutOff() {
  return [...document.body.querySelectorAll(':not(svg *)')]
    .map((element) => [element, element.getBoundingClientRect().right])
    .filter(([, right]) => right > window.innerWidth + 1)
    .map(([element, right]) => `${element.tagName} ends at ${Math.round(right)} px of ${window.innerWidth}`);
}

// --- The program

const [executablePath, file] = process.argv.slice(2);
const timer = setTimeout(() => {
  process.stderr.write(`inspect.mjs: expected to end within ${LIMIT_SECONDS} seconds, found it still at work\n`);
  process.exit(1);
}, LIMIT_SECONDS * 1000);
const browser = await chromium.launch({
  executablePath, args: FLAGS, chromiumSandbox: false, timeout: STEP_MILLISECONDS,
});
try {
  process.stdout.write(JSON.stringify(await inspect(browser, pathToFileURL(resolve(file)).href)));
} finally {
  await browser.close();
  clearTimeout(timer);
}
