import { type Locus, numberText, plural } from '@countersign/core';
import type { ErasureEntry } from '../../projection/entries/erasure-index.ts';
import type { EntryView } from '../../reports/entry-item.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { timeText } from './time-text.ts';

export function printEntry(terminal: Terminal, entry: EntryView): void {
  const { index, leaf, locus, proof } = entry;
  terminal.line({ text: `Entry ${numberText(index)} of ${proof.origin}`, style: 'heading' });
  terminal.fields([
    ['kind', leaf.kind],
    ['tenant', leaf.tenant],
    ['source', leaf.source],
    ['id', leaf.id],
    ['at', leaf.at],
    ['seen', leaf.seen],
    ['size', plural(leaf.size, 'byte')],
    ['commitment', leaf.commitment],
    ...(locus === undefined ? [] : [['from', placeOf(locus)] as const]),
  ]);
  terminal.line();
  printProof(terminal, entry);
  if (entry.bodyFits === undefined) printErased(terminal, entry.erasure);
  if (entry.event !== undefined) {
    printJson(terminal, 'Event (OCSF 1.8.0)', JSON.stringify(entry.event));
  }
  if (entry.body !== undefined) {
    printJson(terminal, 'Body', new TextDecoder().decode(entry.body));
  }
}

function printErased(terminal: Terminal, erasure: ErasureEntry | undefined): void {
  terminal.line();
  terminal.line({ text: 'Erased', style: 'heading' });
  terminal.line(erasure === undefined ? 'no indexed erasure explains this' : textOf(erasure));
}

function textOf({ atMs, by, reason, case: caseName, index }: ErasureEntry): string {
  const why = `${reason} (case ${caseName}; entry ${index})`;
  return `on ${timeText(atMs)} UTC by ${by}: ${why}`;
}

function printProof(terminal: Terminal, { index, proof, bodyFits }: EntryView): void {
  const { size, root, hashes, verified } = proof;
  terminal.line({ text: 'Proof', style: 'heading' });
  const path = `${plural(hashes.length, 'hash')} from entry ${numberText(index)}`;
  terminal.line(
    verified
      ? { text: 'verified: ', style: 'yes' }
      : { text: 'does not lead to the root: ', style: 'no' },
    `${path} to the root of ${plural(size, 'entry')}, ${root}`,
  );
  if (bodyFits === undefined) {
    terminal.line({ text: 'body erased: ', style: 'unknown' }, 'only the envelope is proven');
  } else if (bodyFits) {
    terminal.line({ text: 'verified: ', style: 'yes' }, 'the body matches its leaf');
  } else {
    terminal.line({ text: 'the body does not match its leaf', style: 'no' });
  }
}

function placeOf({ importNumber, row, offset, length }: Locus): string {
  return `import ${importNumber}, row ${row}, bytes ${offset} to ${offset + length}`;
}

/** Indented if it is JSON, otherwise unchanged but sanitized. */
function printJson(terminal: Terminal, title: string, text: string): void {
  terminal.line();
  terminal.line({ text: title, style: 'heading' });
  for (const line of pretty(text).split('\n')) terminal.line(line);
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
