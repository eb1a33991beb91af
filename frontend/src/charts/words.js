// Numbers and rows in words.
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
