// A number that was asked for is covered again by the press of a button, after a minute, and when the page is left.
import { make, whenPresent } from './page.js';

const shownFor = 60000;

export function startMasks() {
  const cover = (shown) => {
    if (shown.isConnected) shown.replaceWith(make('span', { class: 'masked' }, shown.dataset.masked));
  };
  whenPresent('[data-revealed]', (shown) => setTimeout(() => cover(shown), shownFor));
  document.addEventListener('click', (event) => {
    const shown = event.target.closest('[data-hide]')?.closest('[data-revealed]');
    if (shown) cover(shown);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) document.querySelectorAll('[data-revealed]').forEach(cover);
  });
}
