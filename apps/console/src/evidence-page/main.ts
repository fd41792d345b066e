import { ed25519Of } from '../proof/ed25519.ts';
import { readOwnPage } from './own-page.ts';
import { changedView, evidenceView } from './page-view.ts';
import { STYLE } from './style.ts';

// Only while this line runs does the document name its own program.
const code = document.currentScript?.textContent ?? '';

document.addEventListener('DOMContentLoaded', () => {
  const page = readOwnPage(document, code);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets = [sheet];
  const view =
    page.kind === 'changed'
      ? changedView()
      : evidenceView(page, ed25519Of(globalThis.crypto?.subtle));
  document.body.replaceChildren(view);
});
