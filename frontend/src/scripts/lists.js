// Lists by keyboard: up and down (or k and j) walk through [data-keys], Enter opens as links do, "/" goes to the search.
const typing = (element) => element.matches('input, select, textarea, [contenteditable]');

function rowsOf(list) {
  return [...list.querySelectorAll('[data-row], .row-title a, tbody th a')].filter((link) => link.offsetParent !== null);
}

function walk(event) {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (!step) return;
  const list = event.target.closest?.('[data-keys]') ?? (event.target === document.body && document.querySelector('[data-keys]'));
  if (!list) return;
  const rows = rowsOf(list);
  const row = event.target.closest?.('li, tr');
  const current = rows.findIndex((link) => link === event.target || row?.contains(link));
  const next = rows[current < 0 ? (step > 0 ? 0 : rows.length - 1) : current + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export function startLists() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const search = event.target.closest?.('[role=search], [data-search]');
    if (search && event.key === 'ArrowDown') {
      const first = rowsOf(document.querySelector('[data-keys]') ?? document.createElement('ul'))[0];
      if (first) {
        event.preventDefault();
        first.focus();
      }
      return;
    }
    if (typing(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key === '/') {
      const box = document.querySelector('[data-search] input, #search');
      if (box) {
        event.preventDefault();
        box.focus();
        box.select();
      }
      return;
    }
    walk(event);
  });
}
