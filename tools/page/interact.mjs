// Uses the figures of a page as a reader would, by keyboard, mouse and finger, and says what they showed.
// Usage: node interact.mjs CHROMIUM PAGE   Prints an object by figure id, see `use`.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const LIMIT_SECONDS = 240;
const STEP_MILLISECONDS = 60_000;
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
];

// heads and rows: the data as texts, in the page's order, and how many of the heads are row heads.
// keys: what was read on focus and after each arrow key; pointed: above the last mark of each row; tapped: likewise.
// steps: by how many pixels the document grew meanwhile. sorted: what each head's button does, twice.
async function use(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1300, height: 900 }, hasTouch: true, offline: true });
  context.setDefaultTimeout(STEP_MILLISECONDS);
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'load' });
    await page.evaluate(() => document.fonts.ready);
    const found = {};
    for (const id of await page.evaluate(chosen)) found[id] = await figure(page, id);
    return found;
  } finally {
    await context.close();
  }
}

async function figure(page, id) {
  const exhibit = page.locator(`[id="${id}"]`);
  const plot = exhibit.locator('.plot');
  const before = await page.evaluate(() => document.documentElement.scrollHeight);
  const data = await exhibit.evaluate(table);
  const found = { ...data, keys: await walk(page, exhibit, plot, data.rows.length) };
  await plot.scrollIntoViewIfNeeded();
  const places = await exhibit.evaluate(marks);
  found.pointed = [];
  for (const [x, y] of places) {
    await page.mouse.move(x, y);
    found.pointed.push(await readout(exhibit));
  }
  await page.mouse.move(0, 0);
  found.left = await readout(exhibit);
  await page.touchscreen.tap(...places[0]);
  found.tapped = await readout(exhibit);
  found.growth = await page.evaluate(() => document.documentElement.scrollHeight) - before;
  found.sorted = await sorted(page, exhibit, data.heads.length);
  found.again = await walk(page, exhibit, plot, 1);
  return found;
}

async function walk(page, exhibit, plot, steps) {
  await plot.focus();
  const found = [await readout(exhibit)];
  for (const key of [...Array(steps).fill('ArrowRight'), 'ArrowDown', 'Escape']) {
    await page.keyboard.press(key);
    found.push(await readout(exhibit));
  }
  await plot.evaluate((element) => element.blur());
  return found;
}

// By pointer once, by keyboard once.
async function sorted(page, exhibit, columns) {
  await exhibit.locator('.data summary').click();
  const found = [];
  for (let column = 0; column < columns; column += 1) {
    const button = exhibit.locator('thead th button').nth(column);
    await button.click();
    found.push(await exhibit.evaluate(order, column));
    await button.focus();
    await page.keyboard.press('Enter');
    found.push(await exhibit.evaluate(order, column));
  }
  return found;
}

const readout = (exhibit) => exhibit.locator('.readout [aria-live]').textContent();

// --- In the page

// One panel, several side by side, and cells, of the figures whose marks `marks` knows.
function chosen() {
  const known = (each) => each.querySelector('.data') && each.querySelector('[id$="-validation"], [id$="-cell"]');
  const all = [...document.querySelectorAll('.exhibit')].filter(known);
  const tops = (each) => [...each.querySelectorAll('[id*="-frame-"]')].map((frame) => Math.round(frame.getBoundingClientRect().top));
  const level = (places) => places.length > 1 && new Set(places).size === 1;
  const kinds = [(places) => places.length === 1, level, (places) => places.length === 0];
  return kinds.map((kind) => all.find((each) => kind(tops(each)))).filter(Boolean).map(({ id }) => id);
}

function table(exhibit) {
  const texts = (row) => [...row.cells].map((cell) => cell.textContent.trim());
  const { tHead, tBodies } = exhibit.querySelector('.data table');
  return {
    heads: texts(tHead.rows[0]),
    parameters: tBodies[0].querySelectorAll('tr:first-child th').length,
    symbols: [...tHead.rows[0].cells].map((cell) => cell.querySelector('i') !== null),
    rows: [...tBodies[0].rows].map(texts),
  };
}

// Where the mark of each row is in the window: its validation marker, or its cell.
function marks(exhibit) {
  const name = exhibit.id.replace('figure-', '');
  const counts = {};
  return [...exhibit.querySelectorAll('.data tbody tr')].map(({ dataset: { panel } }) => {
    counts[panel] = (counts[panel] ?? -1) + 1;
    const cell = document.getElementById(`${name}-panel-${panel}-cell`);
    const mark = cell ?? document.getElementById(`${name}-panel-${panel}-validation`).querySelectorAll('use')[counts[panel]];
    const { x, y, width, height } = mark.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  });
}

function order(exhibit, column) {
  const { tHead, tBodies } = exhibit.querySelector('.data table');
  return {
    column,
    orders: [...tHead.rows[0].cells].map((cell) => cell.getAttribute('aria-sort')),
    values: [...tBodies[0].rows].map((row) => row.cells[column].dataset.value ?? null),
  };
}

// --- The program

const [executablePath, file] = process.argv.slice(2);
const timer = setTimeout(() => {
  process.stderr.write(`interact.mjs: expected to end within ${LIMIT_SECONDS} seconds, found it still at work\n`);
  process.exit(1);
}, LIMIT_SECONDS * 1000);
const browser = await chromium.launch({
  executablePath, args: FLAGS, chromiumSandbox: false, timeout: STEP_MILLISECONDS,
});
try {
  process.stdout.write(JSON.stringify(await use(browser, pathToFileURL(resolve(file)).href)));
} finally {
  await browser.close();
  clearTimeout(timer);
}
