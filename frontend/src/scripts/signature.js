// Signing by hand on the screen: strokes become an SVG path in a hidden field, in units of a field of 600 by 200. Without
// script the form asks for a witness instead.
import { whenPresent } from './page.js';

const width = 600;
const height = 200;
const namespace = 'http://www.w3.org/2000/svg';
const longest = 19000;

function pad(input) {
  const field = document.createElement('fieldset');
  field.className = 'field';
  const legend = document.createElement('legend');
  legend.className = 'field-label';
  legend.textContent = input.dataset.label;
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('class', 'signature signature-pad');
  const path = document.createElementNS(namespace, 'path');
  svg.append(path);
  const clear = document.createElement('button');
  clear.type = 'button';
  clear.className = 'btn btn-bare btn-small';
  clear.textContent = input.dataset.clear;
  field.append(legend, svg, clear);
  input.before(field);
  return { svg, path, clear };
}

function startPad(input) {
  const { svg, path, clear } = pad(input);
  let drawing = false;
  let from = '';
  const show = (value) => {
    input.value = value;
    path.setAttribute('d', value);
  };
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
    const x = within(((event.clientX - box.left) * width) / box.width, width);
    return `${x} ${within(((event.clientY - box.top) * height) / box.height, height)}`;
  };
  svg.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    drawing = true;
    from = `M${at(event)}`;
  });
  svg.addEventListener('pointermove', (event) => {
    if (!drawing || input.value.length > longest) return;
    // A stroke begins with its first line, so that a mere tap leaves nothing.
    show(`${input.value}${from}L${at(event)}`);
    from = '';
  });
  for (const end of ['pointerup', 'pointercancel']) {
    svg.addEventListener(end, () => {
      drawing = false;
    });
  }
  clear.addEventListener('click', () => show(''));
  show(input.value);
}

export function startSignatures() {
  whenPresent('input[data-signature]', startPad);
}
