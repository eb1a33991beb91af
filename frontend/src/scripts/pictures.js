// Pictures drawn on the server: a wide one is scrolled to its person; links in it open sheets; pages print themselves.
import { whenPresent } from './page.js';

export function startPictures() {
  whenPresent('.picture-frame[data-focus]', (frame) => {
    const picture = frame.querySelector('svg');
    const middle = Number(frame.dataset.focus) * (picture.clientWidth / picture.viewBox.baseVal.width || 1);
    frame.scrollLeft = middle - frame.clientWidth / 2;
  });
  // A link inside a picture is no HTML link, so that htmx leaves the browser's own way to us: only a plain click is its.
  document.addEventListener('click', (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
    if (plain && window.htmx && event.target.closest('svg a[hx-get]')) event.preventDefault();
  });
  whenPresent('[data-print]', (button) => {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  });
}
