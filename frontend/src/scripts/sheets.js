// Dialogs that htmx puts into #sheet-place open at once; the response header HX-Trigger: close-sheet closes them.
import { whenPresent } from './page.js';

let opener = null;

export function startSheets() {
  whenPresent('dialog[data-sheet]', (sheet) => {
    if (sheet.open) return;
    opener = document.activeElement;
    sheet.showModal();
    const first = sheet.querySelector('[autofocus], [data-error-summary], input:not([type=hidden]), select, textarea, .sheet-body a');
    first?.focus({ preventScroll: true });
    sheet.addEventListener('close', () => {
      sheet.remove();
      if (opener?.isConnected) opener.focus();
    });
    sheet.addEventListener('click', (event) => {
      if (event.target === sheet || event.target.closest('[data-close]')) sheet.close();
    });
  });
  document.addEventListener('close-sheet', () => {
    for (const sheet of document.querySelectorAll('dialog[data-sheet][open]')) sheet.close();
  });
  // A link opens as a sheet on a plain click only; with a modifier it stays a link.
  document.addEventListener('htmx:confirm', (event) => {
    const click = event.detail.triggeringEvent;
    if (click?.ctrlKey || click?.metaKey || click?.shiftKey) event.preventDefault();
  });
}
