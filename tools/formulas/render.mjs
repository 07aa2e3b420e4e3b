// Reads [{tex, display}] from stdin and writes, for each, {svg, width, height, vertical_align, speech} to stdout,
// or {error} if it is not valid TeX. Lengths are in em.
import { readFileSync } from 'node:fs';
import '@mathjax/src/js/util/asyncLoad/esm.js';
import '@mathjax/src/js/input/tex/base/BaseConfiguration.js';
import '@mathjax/src/js/input/tex/ams/AmsConfiguration.js';
import { MathJaxStix2Font } from '@mathjax/mathjax-stix2-font/js/svg.js';
import { liteAdaptor } from '@mathjax/src/js/adaptors/liteAdaptor.js';
import { STATE } from '@mathjax/src/js/core/MathItem.js';
import { SerializedMmlVisitor } from '@mathjax/src/js/core/MmlTree/SerializedMmlVisitor.js';
import { RegisterHTMLHandler } from '@mathjax/src/js/handlers/html.js';
import { TeX } from '@mathjax/src/js/input/tex.js';
import { mathjax } from '@mathjax/src/js/mathjax.js';
import { SVG } from '@mathjax/src/js/output/svg.js';
import speechRuleEngine from 'speech-rule-engine';

const UNITS_PER_EM = 1000;

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const page = mathjax.document('', {
  InputJax: new TeX({
    packages: ['base', 'ams'],
    formatError: (_, error) => { throw error; },
  }),
  OutputJax: new SVG({
    fontCache: 'none', // glyphs as paths in each drawing, so that no two drawings share ids
    fontData: MathJaxStix2Font,
    dynamicPrefix: '@mathjax/mathjax-stix2-font/js/svg/dynamic',
    linebreaks: { inline: false },
  }),
});
const mathml = new SerializedMmlVisitor();

async function render({ tex, display }) {
  const svg = clean(adaptor.innerHTML(await page.convertPromise(tex, { display })));
  const [, top, width, height] = svg.match(/viewBox="([^"]+)"/)[1].split(' ').map(Number);
  const tree = await page.convertPromise(tex, { display, end: STATE.CONVERT });
  return {
    svg,
    width: em(width),
    height: em(height),
    vertical_align: em(-top - height),
    speech: speak(mathml.visitTree(tree)),
  };
}

// MathJax's data-* attributes hold unescaped TeX, and its sizes are in ex of an unknown font.
function clean(svg) {
  return svg
    .replace(/ data-[\w-]+="[^"]*"/g, '')
    .replace(/^<svg[^>]*>/, (tag) => tag.replace(/ (style|width|height|role|focusable|aria-[\w-]+)="[^"]*"/g, ''))
    .replace(/<g>\s*<\/g>/g, '');
}

function em(units) {
  return Number((units / UNITS_PER_EM).toFixed(4));
}

// The speech rules read \top by its shape, a norm as a metric, and a matrix with dots by the rows that are written out.
function speak(tree) {
  return speechRuleEngine.toSpeech(tree)
    .replaceAll('raised to the normal down tack power', 'transpose')
    .replaceAll('the metric of', 'the norm of')
    .replace(/the (\d+) by \1 matrix(?=.*ellipsis)/, 'the n by n matrix');
}

await speechRuleEngine.setupEngine({ locale: 'en', domain: 'clearspeak', modality: 'speech' });
const answers = [];
for (const formula of JSON.parse(readFileSync(0, 'utf8'))) {
  answers.push(await render(formula).catch((error) => ({ error: `${error.message} in ${formula.tex}` })));
}
process.stdout.write(JSON.stringify(answers));
