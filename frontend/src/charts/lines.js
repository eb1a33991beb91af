// Lines over time, named above the picture in their colours.
import { linked, shape, widthOf } from './svg.js';
import { figure } from './words.js';

const textSize = 13;
const steps = 4;
const colours = 6;
const top = 12;
const right = 24;
const bottom = 26;

/** Round numbers from 0 to at least `highest`, about four of them. */
export function ticksTo(highest) {
  const rough = (highest || 1) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough);
  return Array.from({ length: Math.ceil((highest || 1) / step - 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** The path through the points; what is unknown leaves a gap. */
function pathOf(points) {
  let pen = 'M';
  return points
    .map((point) => {
      if (!point) {
        pen = 'M';
        return '';
      }
      const drawn = `${pen}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
      pen = 'L';
      return drawn;
    })
    .join('');
}

export function lines(data, { width, height, tells }) {
  const known = data.series.flatMap((one) => one.values).filter((value) => value !== null && value !== undefined);
  const ticks = ticksTo(Math.max(0, ...known));
  const left = Math.max(...ticks.map((tick) => widthOf(figure(tick), textSize))) + 10;
  const last = Math.max(1, data.labels.length - 1);
  const x = (index) => left + ((width - left - right) * index) / last;
  const y = (value) => height - bottom - ((height - top - bottom) * value) / ticks.at(-1);
  const parts = ticks.flatMap((tick) => [
    shape('line', { class: 'chart-grid', x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
    shape('text', { class: 'chart-tick', x: left - 8, y: y(tick), 'text-anchor': 'end' }, figure(tick)),
  ]);
  const widest = Math.max(...data.labels.map((label) => widthOf(label, textSize))) + 10;
  const every = Math.max(1, Math.ceil((widest * data.labels.length) / (width - left - right + widest)));
  data.labels.forEach((label, index) => {
    if ((data.labels.length - 1 - index) % every) return;
    parts.push(shape('text', { class: 'chart-tick', x: x(index), y: height - bottom + 16, 'text-anchor': 'middle' }, label));
  });
  data.series.forEach((one, index) => {
    const points = one.values.map((value, at) => (value === null || value === undefined ? null : [x(at), y(value)]));
    const colour = `line-${index % colours}`;
    parts.push(shape('path', { class: `chart-line ${colour}${one.dashed ? ' chart-dashed' : ''}`, d: pathOf(points) }));
    if (data.labels.length < 16) for (const point of points) if (point) parts.push(shape('circle', { class: `chart-dot ${colour}`, cx: point[0], cy: point[1], r: 3.5 }));
  });
  // Lines have no area to point at: the nearest step along the axis counts.
  const wide = (width - left - right) / last;
  data.labels.forEach((label, index) => {
    const band = linked(
      data.hrefs?.[index],
      { class: 'chart-step' },
      shape('rect', { class: 'chart-hit', x: x(index) - wide / 2, y: 0, width: wide, height }),
      shape('line', { class: 'chart-cursor', x1: x(index), x2: x(index), y1: top, y2: height - bottom }),
    );
    tells.set(band, [label, ...data.series.map((one) => `${one.name}  ${figure(one.values[index])} ${data.unit ?? ''}`)]);
    parts.push(band);
  });
  const key = data.series.map((one, index) => ({ class: `line-${index % colours}`, text: one.name, dashed: Boolean(one.dashed) }));
  return { parts, height, key: data.series.length > 1 ? key : [] };
}
