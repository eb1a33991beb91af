// The script of pages with a form made from data. Loaded after shegong.js, so that drafts are back by then.
import { evaluate } from './evaluation.js';
import { Questions } from './page.js';

for (const form of document.querySelectorAll('form[data-questions]')) new Questions(form);

export { evaluate };
