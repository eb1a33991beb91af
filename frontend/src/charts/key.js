// What the colours mean, as ordinary text above the picture.
import { make } from '../scripts/page.js';
import { shape } from './svg.js';

function swatch({ class: colour, dashed }) {
  const line =
    dashed === undefined
      ? shape('rect', { class: colour, width: 20, height: 12, rx: 2 })
      : shape('line', { class: `chart-line ${colour}${dashed ? ' chart-dashed' : ''}`, x1: 0, x2: 20, y1: 6, y2: 6 });
  return shape('svg', { class: 'key-swatch', viewBox: '0 0 20 12' }, line);
}

/** `entries`: [{class, text, dashed?}]; without any, the key goes away. */
export function showKey(figure, entries = []) {
  figure.querySelector('.chart-key')?.remove();
  if (!entries.length) return;
  const key = make('div', { class: 'chart-key', 'aria-hidden': 'true' });
  for (const entry of entries) key.append(make('span', {}, swatch(entry), entry.text));
  figure.querySelector('.chart-canvas').before(key);
}
