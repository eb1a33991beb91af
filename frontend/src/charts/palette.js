// The page's own colours (so that charts follow the theme), and data colours that stay apart for colour-blind eyes.
const token = (style, name) => style.getPropertyValue(`--sg-${name}`).trim();

export function palette() {
  const style = getComputedStyle(document.documentElement);
  const dark = style.colorScheme.includes('dark');
  return {
    dark,
    ink: token(style, 'ink'),
    soft: token(style, 'ink-soft'),
    line: token(style, 'line'),
    surface: token(style, 'surface'),
    sunken: token(style, 'sunken'),
    brand: token(style, 'brand'),
    accent: token(style, 'accent'),
    font: getComputedStyle(document.body).fontFamily,
    // In the order of use; after Okabe and Ito, the first one being our own green-teal.
    series: dark
      ? ['#5cc9b4', '#f0a35e', '#7db7ef', '#d992c2', '#e5d75c', '#b9c2be']
      : ['#0b7566', '#c8641b', '#2a6fb0', '#a8507f', '#8c7a00', '#5b6763'],
    // Light to dark (or dark to light on a dark page): one hue, even steps.
    ramp: dark ? ['#1d3833', '#24564d', '#2f7a6c', '#45a08f', '#74d0bc'] : ['#e0efeb', '#b0d8ce', '#75b9ab', '#35917f', '#08574b'],
  };
}

const formats = new Map();

/** 1,234.5 */
export function figure(value) {
  const language = document.documentElement.lang || 'zh-hans';
  if (!formats.has(language)) formats.set(language, new Intl.NumberFormat(language, { maximumFractionDigits: 2 }));
  return value === null || value === undefined ? '—' : formats.get(language).format(value);
}

/** What a row says: value, base, target, note; one line each. */
export function rowWords(row, unit, word) {
  const lines = [row.name, row.value === null || row.value === undefined ? word('none') : `${figure(row.value)} ${unit}`];
  if (row.base !== undefined && row.base !== null) lines.push(`${word('base')} ${figure(row.base)}`);
  if (row.target !== undefined && row.target !== null) lines.push(`${word('target')} ${figure(row.target)} ${unit}`);
  if (row.note) lines.push(row.note);
  return lines;
}
