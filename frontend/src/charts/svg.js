// Parts of a picture, made of SVG elements. Colours come from the style sheet by class, so that they follow the theme.
const space = 'http://www.w3.org/2000/svg';

/** An element with attributes (null ones are left out) and children (nodes or text). */
export function shape(name, attributes = {}, ...children) {
  const made = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** What leads somewhere is a link, what doesn't is a group. The table holds the same links for keyboards. */
export function linked(href, attributes, ...children) {
  return href ? shape('a', { href, tabindex: -1, ...attributes }, ...children) : shape('g', attributes, ...children);
}

/** About how wide a text of this size is, in pixels: a Chinese character is a square, a Latin one a little over half. */
export function widthOf(text, size) {
  return [...String(text)].reduce((width, sign) => width + (sign.codePointAt(0) > 0x2e7f ? size : size * 0.56), 0);
}

/** The text, cut with an ellipsis to fit into `room` pixels. */
export function fitted(text, size, room) {
  if (widthOf(text, size) <= room) return text;
  let kept = [...String(text)];
  while (kept.length > 1 && widthOf(kept.join(''), size) + size > room) kept = kept.slice(0, -1);
  return `${kept.join('')}…`;
}
