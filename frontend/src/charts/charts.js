// Charts, loaded only by pages that have one: <figure data-chart> with its numbers as JSON in an attribute and in a table.
// The picture is for the eye; keyboards and screen readers use the table, which is always there.
import { whenPresent, word } from '../scripts/page.js';
import { bars, funnel } from './bars.js';
import { showKey } from './key.js';
import { lines } from './lines.js';
import { cityMap } from './map.js';
import { shape } from './svg.js';
import { startTip } from './tip.js';

const kinds = { bars, funnel, lines, map: cityMap };
const maps = new Map();
const tells = new WeakMap();

/** Fetches a map once; resolves to its GeoJSON, or null when there is none to be had. */
function mapAt(address) {
  if (!maps.has(address)) {
    const loaded = fetch(address)
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null);
    maps.set(address, loaded);
  }
  return maps.get(address);
}

async function draw(figure) {
  const data = JSON.parse(figure.dataset.numbers);
  const place = figure.querySelector('.chart-canvas');
  const map = figure.dataset.chart === 'map' ? await mapAt(figure.dataset.geo) : undefined;
  if (map === null || !figure.isConnected) return;
  figure.classList.add('chart-drawn');
  const paint = () => {
    const [width, room] = [place.clientWidth, place.clientHeight];
    if (!width) return;
    const { parts, height, key } = kinds[figure.dataset.chart](data, { width, height: room, map, word, tells });
    place.replaceChildren(shape('svg', { class: 'chart-picture', viewBox: `0 0 ${width} ${height}`, width, height }, ...parts));
    showKey(figure, key);
  };
  paint();
  startTip(place, tells);
  let drawnWidth = place.clientWidth;
  const resized = new ResizeObserver(() => {
    if (!figure.isConnected) resized.disconnect();
    else if (place.clientWidth && place.clientWidth !== drawnWidth) {
      drawnWidth = place.clientWidth;
      paint();
    }
  });
  resized.observe(figure);
}

function toggle(button) {
  const asTable = button.closest('.chart').classList.toggle('chart-as-table');
  button.setAttribute('aria-pressed', String(asTable));
  button.querySelector('span').textContent = word(asTable ? 'showChart' : 'showTable');
}

whenPresent('figure[data-chart]', draw);
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-chart-toggle]');
  if (button) toggle(button);
});
