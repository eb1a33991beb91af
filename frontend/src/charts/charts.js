// Charts, loaded only by pages that have one: <figure data-chart> with its numbers as JSON in an attribute and in a table.
// The picture is for the eye; keyboards and screen readers use the table, which is always there.
import { BarChart, LineChart, MapChart } from 'echarts/charts';
import { GridSimpleComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

import { whenPresent, word } from '../scripts/page.js';
import { bars, funnel, lines } from './axes.js';
import { showKey } from './key.js';
import { cityMap } from './map.js';
import { palette } from './palette.js';
import { startTip } from './tip.js';

// Only these: the library's tooltip, legend and scale would make the file a third larger, and write inline styles,
// which the content security policy forbids. tip.js and key.js do their work.
echarts.use([BarChart, CanvasRenderer, GridSimpleComponent, LineChart, MapChart]);

const kinds = { bars, funnel, lines, map: cityMap };
const drawn = new Map();
const maps = new Map();

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
  const chart = drawn.get(figure)?.chart ?? echarts.init(place);
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const { options, key, tell } = kinds[figure.dataset.chart](data, palette(), { width: place.clientWidth, height: place.clientHeight, map, word, registerMap: echarts.registerMap });
  chart.setOption({ animation: !still, animationDuration: 300, ...options }, true);
  showKey(figure, key);
  if (drawn.has(figure)) {
    drawn.get(figure).tell = tell;
    return;
  }
  drawn.set(figure, { chart, tell });
  startTip(chart, place, (event) => drawn.get(figure)?.tell(event));
  chart.on('click', (event) => {
    const href = event.data?.href;
    if (href) location.assign(href);
  });
  const resized = new ResizeObserver(() => {
    if (!figure.isConnected) {
      resized.disconnect();
      chart.dispose();
      drawn.delete(figure);
    } else if (place.clientWidth && place.clientWidth !== chart.getWidth()) {
      chart.resize();
      draw(figure);
    }
  });
  resized.observe(figure);
}

function toggle(button) {
  const figure = button.closest('.chart');
  const asTable = figure.classList.toggle('chart-as-table');
  button.setAttribute('aria-pressed', String(asTable));
  button.querySelector('span').textContent = word(asTable ? 'showChart' : 'showTable');
  if (!asTable) drawn.get(figure)?.chart.resize();
}

function sweep() {
  for (const [figure, { chart }] of drawn) {
    if (figure.isConnected) continue;
    chart.dispose();
    drawn.delete(figure);
  }
}

whenPresent('figure[data-chart]', draw);
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-chart-toggle]');
  if (button) toggle(button);
});
document.addEventListener('shegong:theme', () => drawn.forEach((_, figure) => draw(figure)));
document.addEventListener('htmx:afterSettle', sweep);
