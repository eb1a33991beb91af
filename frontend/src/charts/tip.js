// The words beside the pointer. Positions are set through the style object, which the content security policy allows.
import { make } from '../scripts/page.js';

const margin = 12;

/** Shows what `tell(event)` answers (an array of lines, or nothing) while the pointer is over a datum of `chart`. */
export function startTip(chart, place, tell) {
  const tip = make('div', { class: 'chart-tip', hidden: true, 'aria-hidden': 'true' });
  place.parentElement.append(tip);
  const hide = () => {
    tip.hidden = true;
  };
  const show = (event) => {
    const lines = tell(event);
    if (!lines) return hide();
    tip.replaceChildren(...lines.map((line, index) => make(index ? 'div' : 'strong', {}, line)));
    tip.hidden = false;
    const frame = place.parentElement.getBoundingClientRect();
    const canvas = place.getBoundingClientRect();
    const x = canvas.left - frame.left + event.event.offsetX;
    const y = canvas.top - frame.top + event.event.offsetY;
    const right = x + margin + tip.offsetWidth > frame.width;
    tip.style.left = `${Math.max(0, right ? x - margin - tip.offsetWidth : x + margin)}px`;
    tip.style.top = `${Math.max(0, y - tip.offsetHeight - margin)}px`;
  };
  chart.on('mousemove', show);
  chart.on('mouseout', hide);
  chart.on('globalout', hide);
  // Lines have no area to point at: the nearest step along the axis counts.
  chart.getZr().on('mousemove', (event) => {
    const point = [event.offsetX, event.offsetY];
    if (!chart.getOption().xAxis?.[0] || chart.getOption().xAxis[0].type !== 'category') return;
    if (!chart.containPixel('grid', point)) return hide();
    const [step] = chart.convertFromPixel('grid', point);
    show({ step, event });
  });
}
