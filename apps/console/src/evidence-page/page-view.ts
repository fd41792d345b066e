import { checkEvidence, type EvidenceCheck } from '../proof/check-evidence.ts';
import type { VerifyEd25519 } from '../proof/ed25519.ts';
import { ProofError } from '../proof/proof-error.ts';
import type { ProofStep } from '../proof/proof-step.ts';
import type { Pins } from '../proof/trust.ts';
import { element, visible } from './elements.ts';
import { entryView, stepList } from './entry-view.ts';
import { isWholeFile, type OwnPage } from './own-page.ts';
import { TEXTS, verifiedText } from './texts.ts';

type WrittenPage = Extract<OwnPage, { readonly kind: 'as written' }>;

/** A key is one line of some 100 characters; a larger file is not a key. */
const KEY_FILE_BYTES_MAX = 64 * 1024;

export function changedView(): HTMLElement {
  return element('main', {}, heading(), verdict('no', TEXTS.changed, TEXTS.changedWhy));
}

/** Shows the evidence and checks it again whenever the reader pins a key. */
export function evidenceView(page: WrittenPage, verify: VerifyEd25519): HTMLElement {
  const result = element('div', { 'aria-live': 'polite' });
  const entries = element('section', {});
  const key = element('input', { type: 'text', id: 'key', spellcheck: 'false' });
  const witnesses = element('textarea', { id: 'witnesses', rows: '2', spellcheck: 'false' });
  let latest = 0;
  const check = async (): Promise<void> => {
    const own = ++latest;
    const checked = await answerTo(page.evidence, pinsOf(key.value, witnesses.value), verify);
    // A newer check answers for the keys that are on the page now.
    if (own !== latest) return;
    result.replaceChildren(...checked.result);
    entries.replaceChildren(...checked.entries);
  };
  key.addEventListener('input', () => void check());
  witnesses.addEventListener('input', () => void check());
  const keyFile = filePicker('key-file', async (file) => {
    key.value = (await file.slice(0, KEY_FILE_BYTES_MAX).text()).trim();
    await check();
  });
  void check();
  return element(
    'main',
    {},
    heading(),
    result,
    element(
      'div',
      { class: 'inputs' },
      ...labeled(TEXTS.key, key),
      ...labeled(TEXTS.keyFile, keyFile),
      ...labeled(TEXTS.witnesses, witnesses),
      ...wholeFileCheck(page.source),
    ),
    entries,
    element('h2', {}, TEXTS.limits),
    ...TEXTS.limitsText.map((text) => element('p', {}, text)),
  );
}

function heading(): HTMLElement {
  return element('h1', {}, TEXTS.title);
}

function verdict(answer: ProofStep['answer'], text: string, why: string): HTMLElement {
  const attributes = { class: 'verdict', id: 'verdict', 'data-answer': answer };
  return element('div', attributes, element('strong', {}, text), element('p', {}, visible(why)));
}

function pinsOf(key: string, witnesses: string): Pins {
  const lines = witnesses.split('\n').map((line) => line.trim());
  return {
    log: key.trim() === '' ? undefined : key.trim(),
    witnesses: lines.filter((line) => line !== ''),
  };
}

type AnswerViews = { readonly result: readonly Node[]; readonly entries: readonly Node[] };

async function answerTo(evidence: string, pins: Pins, verify: VerifyEd25519): Promise<AnswerViews> {
  try {
    const checked = await checkEvidence(evidence, pins, verify);
    const list = checked.entries.map(entryView);
    return {
      result: resultOf(checked, pins),
      entries: [element('h2', {}, TEXTS.entries), ...list],
    };
  } catch (error) {
    const why = error instanceof ProofError ? error.message : String(error);
    return { result: [verdict('no', TEXTS.failed, why)], entries: [] };
  }
}

function resultOf(checked: EvidenceCheck, pins: Pins): Node[] {
  const { answer, checkpoint, entries, signatures } = checked;
  const { origin, size } = checkpoint;
  const log = `${TEXTS.log} ${origin}, ${size} entries`;
  const steps = [...entries.flatMap((entry) => entry.steps), ...signatures];
  const failed = steps.find((step) => step.answer === 'no');
  const shown = {
    yes: () => verdict('yes', verifiedText(entries.length), log),
    no: () => verdict('no', TEXTS.failed, failed?.because ?? ''),
    unknown: () =>
      pins.log === undefined
        ? verdict('unknown', TEXTS.noKey, TEXTS.noKeyWhy)
        : verdict('unknown', TEXTS.silent, TEXTS.silentWhy),
  }[answer]();
  return [shown, stepList(signatures)];
}

function wholeFileCheck(source: string): Node[] {
  const result = element('p', { id: 'whole', 'aria-live': 'polite' });
  const picker = filePicker('whole-file', async (file) => {
    const isWhole = isWholeFile(new Uint8Array(await file.arrayBuffer()), source);
    result.dataset['answer'] = isWhole ? 'yes' : 'no';
    result.replaceChildren(element('strong', {}, isWhole ? TEXTS.wholeYes : TEXTS.wholeNo));
  });
  const hint = element('p', { class: 'quiet' }, TEXTS.wholeHint);
  return [...labeled(TEXTS.wholeFile, picker), result, hint];
}

function labeled(text: string, input: HTMLElement): HTMLElement[] {
  return [element('label', { for: input.id }, text), input];
}

function filePicker(id: string, take: (file: File) => Promise<void>): HTMLInputElement {
  const input = element('input', { type: 'file', id });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file !== undefined) void take(file);
  });
  return input;
}
