// Charts, loaded only by pages that have one: <figure data-chart> with its numbers in a JSON script and in a table.
// The picture is for the eye; keyboards and screen readers use the table, which is always there.
import { BarChart, LineChart, MapChart, ScatterChart } from 'echarts/charts';
import { GeoComponent, GridSimpleComponent, LegendPlainComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

import { whenPresent, word } from '../scripts/page.js';
import { bars, funnel, lines } from './axes.js';
import { cityMap } from './map.js';
import { palette } from './palette.js';

echarts.use([BarChart, CanvasRenderer, GeoComponent, GridSimpleComponent, LegendPlainComponent, LineChart, MapChart, ScatterChart, TooltipComponent]);

const kinds = { bars, funnel, lines, map: cityMap };
const drawn = new Map();
const maps = new Map();

/** Fetches and registers a map once; resolves to its name, or null when there is none to be had. */
function mapNamed(address) {
  if (!maps.has(address)) {
    const loaded = fetch(address)
      .then((response) => (response.ok ? response.json() : null))
      .then((geo) => geo && (echarts.registerMap(address, geo), { name: address, geo }))
      .catch(() => null);
    maps.set(address, loaded);
  }
  return maps.get(address);
}

async function draw(figure) {
  const data = JSON.parse(document.getElementById(figure.dataset.source).textContent);
  const place = figure.querySelector('.chart-canvas');
  const map = figure.dataset.chart === 'map' ? await mapNamed(figure.dataset.geo) : undefined;
  if (map === null || !figure.isConnected) return;
  figure.classList.add('chart-drawn');
  const chart = drawn.get(figure)?.chart ?? echarts.init(place);
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const options = kinds[figure.dataset.chart](data, palette(), { width: place.clientWidth, map, word });
  // Tooltips are drawn, not written as HTML: the content security policy allows no inline style.
  chart.setOption({ animation: !still, animationDuration: 300, ...options }, true);
  if (drawn.has(figure)) return;
  drawn.set(figure, { chart });
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
  button.querySelector('span').textContent = word(asTable ? 'chart' : 'table');
  if (!asTable) drawn.get(figure)?.chart.resize();
}

function sweep() {
  for (const [figure, { chart }] of drawn) {
    if (figure.isConnected) continue;
    chart.dispose();
    drawn.delete(figure);
  }
}

whenPresent('[data-chart]', draw);
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-chart-toggle]');
  if (button) toggle(button);
});
document.addEventListener('shegong:theme', () => drawn.forEach((_, figure) => draw(figure)));
document.addEventListener('htmx:afterSettle', sweep);
