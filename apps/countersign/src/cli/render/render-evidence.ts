import { type Answer, plural } from '@countersign/core';
import type { EvidenceReport } from '@countersign/ledger';
import { reasonsText } from '../../operations/definition/conclusion.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { instantText } from './time-text.ts';

export function printEvidence(terminal: Terminal, report: EvidenceReport): void {
  const { answer, witnessed, problems, checkpoint, items } = report;
  if (checkpoint !== undefined) {
    const { origin, size, root } = checkpoint;
    terminal.fields([
      ['log', origin],
      ['entries in the log', String(size)],
      ['root', root],
    ]);
    terminal.line();
  }
  for (const { index, leaf, body } of items) {
    const what = body === 'erased' ? WITHOUT_BODY : plural(body.length, 'byte');
    const { kind, source, at } = leaf;
    terminal.line(`entry ${index}  ${kind}  ${source}  ${instantText(at)}  ${what}`);
  }
  for (const problem of problems) terminal.line({ text: 'problem: ', style: 'no' }, problem);
  const verdict = {
    yes:
      `verified: every entry is in the log of this key, and every body ${hereOf(items)}` +
      'matches the log',
    no: 'not verified: the file does not match its proofs',
    unknown: 'not verified: the file is consistent, but no key was given',
  }[answer.kind];
  terminal.line({ text: verdict, style: answer.kind });
  terminal.line({ text: witnessText(witnessed), style: witnessed.kind });
}

/** The sender of a file can omit a body. Only the ledger shows whether it was erased. */
const WITHOUT_BODY = 'no body in this file: erased, or omitted';

function hereOf(items: EvidenceReport['items']): string {
  return items.some(({ body }) => body === 'erased') ? 'that is here ' : '';
}

function witnessText(witnessed: Answer): string {
  switch (witnessed.kind) {
    case 'yes':
      return 'witnessed: enough witnesses of the policy have cosigned this log';
    case 'no':
      return 'a cosignature of a witness does not verify';
    case 'unknown':
      return `cannot tell whether others have seen it: ${reasonsText(witnessed.because)}`;
  }
}
