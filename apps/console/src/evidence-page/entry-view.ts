import { decodeUtf8 } from '../proof/bytes.ts';
import type { CheckedEntry } from '../proof/check-evidence.ts';
import { type BodyContent, parseLeaf } from '../proof/leaf.ts';
import type { ProofStep } from '../proof/proof-step.ts';
import { element, visible } from './elements.ts';
import { ANSWERS, MARKS, STEPS, TEXTS } from './texts.ts';

/** More text makes the page slow, so the reader asks for it. */
const BODY_CHARS_SHOWN = 20_000;

export function entryView({ entry, steps }: CheckedEntry): HTMLElement {
  const leaf = parseLeaf(entry.leaf);
  const facts = leaf && `${leaf.kind} from ${leaf.source}, ${leaf.at}, tenant ${leaf.tenant}`;
  return element(
    'article',
    {},
    element('h3', {}, `Entry ${entry.index}`),
    element('p', { class: 'quiet' }, visible(facts ?? entry.leaf)),
    stepList(steps),
    ...(typeof entry.content === 'object'
      ? bodyView(entry.content)
      : [element('p', { class: 'quiet' }, TEXTS.noBody)]),
  );
}

export function stepList(steps: readonly ProofStep[]): HTMLElement {
  return element(
    'ol',
    {},
    ...steps.map(({ kind, answer, value, because }) =>
      element(
        'li',
        { 'data-answer': answer, 'data-step': kind },
        element(
          'span',
          { class: 'mark', role: 'img', 'aria-label': ANSWERS[answer] },
          MARKS[answer],
        ),
        element('span', {}, STEPS[kind]),
        element('code', {}, visible(value)),
        because === undefined ? undefined : element('span', { class: 'why' }, visible(because)),
      ),
    ),
  );
}

function bodyView({ body }: BodyContent): HTMLElement[] {
  const text = decodeUtf8(body);
  if (text === undefined) return [element('p', { class: 'quiet' }, TEXTS.notText)];
  const shown = visible(pretty(text));
  const block = element('pre', { tabindex: '0' }, shown.slice(0, BODY_CHARS_SHOWN));
  if (shown.length <= BODY_CHARS_SHOWN) return [block];
  const button = element('button', { type: 'button' }, TEXTS.showAll);
  button.addEventListener('click', () => {
    block.textContent = shown;
    button.remove();
  });
  return [block, button];
}

/** Spaced JSON, if spacing is all that changes: a large number must not be shown rounded. */
function pretty(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? JSON.stringify(value, undefined, 2) : text;
  } catch {
    return text;
  }
}
