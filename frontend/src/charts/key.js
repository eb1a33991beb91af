// What the colours mean, as ordinary text above the picture.
import { make } from '../scripts/page.js';

const shapes = 'http://www.w3.org/2000/svg';

function swatch(colour, dashed) {
  const svg = document.createElementNS(shapes, 'svg');
  svg.setAttribute('class', 'key-swatch');
  svg.setAttribute('viewBox', '0 0 20 12');
  const line = document.createElementNS(shapes, dashed === undefined ? 'rect' : 'line');
  const attributes = dashed === undefined ? { width: 20, height: 12, rx: 2, fill: colour } : { x1: 0, x2: 20, y1: 6, y2: 6, stroke: colour, 'stroke-width': 3 };
  if (dashed) attributes['stroke-dasharray'] = '5 3';
  for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

/** `entries`: [{colour, text, dashed?}]; without any, the key goes away. */
export function showKey(figure, entries = []) {
  figure.querySelector('.chart-key')?.remove();
  if (!entries.length) return;
  const key = make('div', { class: 'chart-key', 'aria-hidden': 'true' });
  for (const { colour, text, dashed } of entries) key.append(make('span', {}, swatch(colour, dashed), text));
  figure.querySelector('.chart-canvas').before(key);
}
