// The words beside the pointer. Positions are set through the style object, which the content security policy allows.
import { make } from '../scripts/page.js';

const margin = 12;

/** Shows the lines that `tells` holds for what the pointer is over in `place`. */
export function startTip(place, tells) {
  const tip = make('div', { class: 'chart-tip', hidden: true, 'aria-hidden': 'true' });
  place.parentElement.append(tip);
  let shown;
  place.addEventListener('pointermove', (event) => {
    const told = event.target.closest('.chart-row, .chart-step');
    const lines = told && tells.get(told);
    tip.hidden = !lines;
    if (!lines) return;
    if (shown !== told) tip.replaceChildren(...lines.map((line, index) => make(index ? 'div' : 'strong', {}, line)));
    shown = told;
    const frame = place.parentElement.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const right = x + margin + tip.offsetWidth > frame.width;
    tip.style.left = `${Math.max(0, right ? x - margin - tip.offsetWidth : x + margin)}px`;
    tip.style.top = `${Math.max(0, y - tip.offsetHeight - margin)}px`;
  });
  place.addEventListener('pointerleave', () => {
    tip.hidden = true;
  });
}
