// Opens an HTML file in Chromium as a reader would: light and dark, wide and narrow, with <details> closed and open,
// and as it would be printed.
// Usage: node inspect.mjs CHROMIUM PAGE   Prints [{where, kind, what}], where kind is axe (accessibility),
// overflow (wider than the window or the paper), sight (a cell of a table that is not seen whole), request (of anything
// but the file), contrast (a mark of a figure that the ground hides), contents (which do not follow the reader), console or
// error.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const SCHEMES = ['light', 'dark'];
const WIDTHS = [1300, 390];
const BETWEEN = 768; // looked at for its layout alone
const HEIGHT = 900;
const LOW = 450;
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
  return [...found, ...await inspectBetween(browser, url), ...await inspectPrint(browser, url)];
}

async function inspectBetween(browser, url) {
  const context = await browser.newContext({ viewport: { width: BETWEEN, height: HEIGHT }, offline: true });
  context.setDefaultTimeout(STEP_MILLISECONDS);
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'load' });
    await page.evaluate(() => document.fonts.ready);
    const where = `${BETWEEN} px`;
    const closed = await layout(page, where);
    return await page.evaluate(openDetails) ? [...closed, ...await layout(page, `${where}, details open`)] : closed;
  } finally {
    await context.close();
  }
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
    await page.setViewportSize({ width, height: LOW }); // where the list is longer than the window
    found.push(...(await page.evaluate(astray)).map((what) => ({ where, kind: 'contents', what })));
    await page.setViewportSize({ width, height: HEIGHT });
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

async function layout(page, where) {
  const wide = await page.evaluate(overflow);
  const unseen = await page.evaluate(outOfSight);
  return [
    ...wide.map((what) => ({ where, kind: 'overflow', what })),
    ...unseen.map((what) => ({ where, kind: 'sight', what })),
  ];
}

async function measure(page, where) {
  const laidOut = await layout(page, where);
  await page.evaluate(AXE);
  const faint = await page.evaluate(weakMarks);
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), AXE_OPTIONS);
  return [
    ...laidOut,
    ...faint.map((what) => ({ where, kind: 'contrast', what })),
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

// Cells with words or numbers beyond what shows before anything is scrolled sideways, and words that break at no hyphen.
function outOfSight() {
  const clips = (element) => getComputedStyle(element).overflowX !== 'visible';
  const shown = (cell) => {
    let [left, right] = [0, window.innerWidth];
    for (let around = cell; around !== document.body; around = around.parentElement) {
      if (!clips(around)) continue;
      const box = around.getBoundingClientRect();
      [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
    }
    return { left, right };
  };
  const rectangles = (node, from, to) => {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    return [...range.getClientRects()];
  };
  const problem = (cell) => {
    const { left, right } = shown(cell);
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { data, parentElement } = walker.currentNode;
      for (const { 0: word, index } of parentElement.closest('code') ? [] : data.matchAll(/[\p{L}\p{N}.]+/gu)) {
        const boxes = rectangles(walker.currentNode, index, index + word.length);
        if (!boxes.length) return `${word} is not shown`;
        if (boxes.some((box) => box.left < left - 1 || box.right > right + 1)) return `${word} is out of sight`;
        if (new Set(boxes.map((box) => Math.round(box.top))).size > 1) return `${word} is broken`;
      }
    }
    return null;
  };
  return [...document.querySelectorAll('tbody :is(th, td)')]
    .filter((cell) => !cell.closest('details:not([open])'))
    .map((cell) => [cell, problem(cell)])
    .filter(([, what]) => what)
    .map(([cell, what]) => `${what}: ${cell.closest('tr').textContent.trim().replace(/\s+/g, ' ').slice(0, 80)}`);
}

// Lines and markers of figures with less contrast than 3:1 to the page, which WCAG 2.1 asks (1.4.11) and axe does not look
// at. Areas are left out: the cells of a map, whose edge has the colour of the cell, and bands around a line.
function weakMarks() {
  const paper = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const painted = (colours) => {
    paper.clearRect(0, 0, 1, 1);
    for (const [colour, opacity] of colours) {
      paper.globalAlpha = opacity;
      paper.fillStyle = colour;
      paper.fillRect(0, 0, 1, 1);
    }
    return [...paper.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (colour) => colour
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, part) => sum + value * [0.2126, 0.7152, 0.0722][part], 0);
  const ground = [document.documentElement, document.body].map((each) => [getComputedStyle(each).backgroundColor, 1]);
  const weak = (mark) => {
    const style = getComputedStyle(mark);
    const part = style.stroke === 'none' && mark.tagName === 'use' ? 'fill' : 'stroke';
    if (style[part] === 'none' || (mark.tagName === 'path' && style.fill === style.stroke)) return null;
    const opacity = Number(style.opacity) * Number(style[`${part}Opacity`]);
    if (opacity === 0) return null;
    const [darker, lighter] = [ground, [...ground, [style[part], opacity]]]
      .map((colours) => luminance(painted(colours))).sort((a, b) => a - b);
    const contrast = (lighter + 0.05) / (darker + 0.05);
    return contrast < 3 ? `${mark.closest('[id]').id}: ${style[part]} at ${opacity} has a contrast of ${contrast.toFixed(2)}` : null;
  };
  return [...document.querySelectorAll('svg:not(.math) :is(path, use):not(defs *, [id*="FillBetween"] *)')].map(weak).filter(Boolean);
}

// Whether the contents mark a section that begins where the reader is, show the mark, and cover no heading.
async function astray() {
  const contents = document.querySelector('.contents');
  if (!contents) return [];
  const found = [];
  const seen = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  };
  for (const heading of document.querySelectorAll('main :is(h2, h3)')) {
    heading.scrollIntoView();
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    const name = `#${heading.id}`;
    if (heading.getBoundingClientRect().top > window.innerHeight / 3) break; // the end of the page
    const mark = contents.querySelector('[aria-current]');
    const marked = mark && document.querySelector(mark.hash).getBoundingClientRect().top;
    if (!mark || marked < 0 || marked > window.innerHeight / 3) found.push(`${name} is read and ${mark?.hash} marked`);
    else if (mark.checkVisibility() && !seen(mark)) found.push(`${name} is marked out of sight`);
    if (!seen(heading)) found.push(`${name} is covered`);
  }
  window.scrollTo(0, 0);
  return found;
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
