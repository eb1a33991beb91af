// Horizontal bars by name, and the funnel, which is bars that shrink.
import { fitted, linked, shape, widthOf } from './svg.js';
import { figure, rowWords } from './words.js';

const textSize = 14;
const widestName = 120;
const gap = 8;

/** `told(row)` is what stands behind a bar; `full` the value of a bar over the whole width. */
function drawn(data, { width, word, tells, full, told, rowHeight, thickness, classOf }) {
  const unit = data.unit ?? '';
  const names = Math.min(widestName, Math.max(0, ...data.rows.map((row) => widthOf(row.name, textSize)))) + gap;
  const room = width - names - gap - Math.max(0, ...data.rows.map((row) => widthOf(told(row), textSize)));
  const long = (value) => Math.max(0, (room * (value ?? 0)) / full);
  const parts = data.rows.map((row, index) => {
    const middle = (index + 0.5) * rowHeight;
    const bar = linked(
      row.href,
      { class: 'chart-row' },
      shape('rect', { class: 'chart-hit', x: 0, y: index * rowHeight, width, height: rowHeight }),
      shape('text', { class: 'chart-name', x: names - gap, y: middle, 'text-anchor': 'end' }, fitted(row.name, textSize, widestName)),
      shape('rect', { class: `chart-bar ${classOf(row)}`, x: names, y: middle - thickness / 2, width: long(row.value), height: thickness, rx: 3 }),
      shape('text', { class: 'chart-name', x: names + long(row.value) + gap, y: middle }, told(row)),
    );
    if (row.target !== undefined && row.target !== null) {
      const at = names + long(row.target);
      bar.append(shape('line', { class: 'chart-target', x1: at, x2: at, y1: middle - thickness / 2 - 3, y2: middle + thickness / 2 + 3 }));
    }
    tells.set(bar, rowWords(row, unit, word));
    return bar;
  });
  return { parts, height: data.rows.length * rowHeight };
}

/** The accent colour marks rows below their target; a stroke marks the target. */
export function bars(data, means) {
  const late = (row) => row.target !== undefined && row.target !== null && row.value < row.target;
  const full = Math.max(...data.rows.flatMap((row) => [row.value ?? 0, row.target ?? 0]), 0) || 1;
  const classOf = (row) => (late(row) ? 'fill-accent' : 'fill-brand');
  const picture = drawn(data, { ...means, full, told: (row) => figure(row.value), rowHeight: 28, thickness: 18, classOf });
  const key = data.rows.some(late)
    ? [
        { class: 'fill-brand', text: means.word('reached') },
        { class: 'fill-accent', text: means.word('below') },
      ]
    : [];
  return { ...picture, key };
}

/** From the first step to the last; each bar also says how much of the first is left. */
export function funnel(data, means) {
  const first = data.rows[0]?.value || 1;
  const told = (row) => `${figure(row.value)} · ${figure(Math.round(((row.value ?? 0) / first) * 1000) / 10)}%`;
  const rows = data.rows.map((row) => ({ ...row, target: undefined }));
  const full = Math.max(first, ...rows.map((row) => row.value ?? 0));
  return drawn({ ...data, rows }, { ...means, full, told, rowHeight: 44, thickness: 30, classOf: () => 'fill-brand' });
}
