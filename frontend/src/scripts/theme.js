// Light or dark: the device decides until a person does; the choice is a cookie, so that the server renders it.
import { whenPresent } from './page.js';

const year = 365 * 24 * 3600;

function shown() {
  const chosen = document.documentElement.dataset.bsTheme;
  return chosen || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
}

export function startTheme() {
  whenPresent('[data-theme-switch]', (button) => {
    button.hidden = false;
    button.addEventListener('click', () => {
      const theme = shown() === 'dark' ? 'light' : 'dark';
      document.documentElement.dataset.bsTheme = theme;
      const secure = location.protocol === 'https:' ? '; Secure' : '';
      document.cookie = `theme=${theme}; Path=/; Max-Age=${year}; SameSite=Lax${secure}`;
    });
  });
}
