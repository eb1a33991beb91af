// Short messages at the edge of the screen. Good news leaves by itself, bad news waits to be dismissed.
import { make, whenPresent, word } from './page.js';

const stayed = 6000;

/** Shows a message; `undo` ({text, url}) adds a link. */
export function toast(text, { level = 'info', undo } = {}) {
  const stays = level === 'warning' || level === 'error';
  const note = make('div', { class: stays ? `toast-note toast-${level}` : 'toast-note', 'data-toast': true, 'data-stays': stays });
  note.append(make('span', {}, text));
  if (undo) note.append(make('a', { href: undo.url, 'hx-post': undo.url, 'hx-swap': 'none' }, undo.text));
  note.append(make('button', { type: 'button', 'data-dismiss': true, 'aria-label': word('close') }, '×'));
  document.getElementById('toasts')?.append(note);
  window.htmx?.process(note);
  leaveLater(note);
}

function leaveLater(note) {
  if ('stays' in note.dataset) return;
  const leave = () => {
    // Whoever is reading or about to press something on it gets more time.
    if (note.matches(':hover, :focus-within')) setTimeout(leave, stayed);
    else note.remove();
  };
  setTimeout(leave, stayed);
}

export function startToasts() {
  whenPresent('[data-toast]', leaveLater);
  document.addEventListener('click', (event) => event.target.closest('[data-dismiss]')?.closest('[data-toast]')?.remove());
  // A response may say so itself: HX-Trigger: {"toast": {"text": "…", "level": "success", "undo": {"text", "url"}}}
  document.addEventListener('toast', (event) => toast(event.detail.text ?? event.detail.value, event.detail));
}
