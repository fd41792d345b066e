import { numberText, plural } from '@countersign/core';
import type { ImportReport } from '../../ingest/import-run.ts';
import { countsText, type FindingCounts } from '../../reports/findings/finding-groups.ts';
import { REASONS_SHOWN } from '../process/limits.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The answer of `import`: the contract's members, and additions for people. */
export type ImportAnswer = Omit<ImportReport, 'interrupted'>;

/** The ledger's findings after an import. `behind`: an entry that no rule has read yet. */
export type ImportFindings =
  | { readonly counts: FindingCounts; readonly worst: string | undefined }
  | { readonly behind: number };

/** The conclusion of an import: the severity, and the next step. */
export function printImportFindings(terminal: Terminal, found: ImportFindings): void {
  terminal.line();
  if ('behind' in found) {
    const text = `Rules have not read the records from entry ${found.behind} on.`;
    terminal.paragraph(`${text} Run: countersign findings`);
    return;
  }
  const { counts, worst } = found;
  const { critical, high, medium } = counts;
  const isGrave = critical + high + medium > 0;
  if (worst !== undefined && isGrave) terminal.paragraph(`Worst: ${worst}.`);
  const next = isGrave ? 'countersign brief' : 'countersign findings';
  const style = critical + high > 0 ? 'no' : 'plain';
  terminal.paragraph(`${countsText(counts)}. Run: ${next}`, 0, style);
}

export function printImport(terminal: Terminal, answer: ImportAnswer): void {
  const { files, read, accepted, duplicates, rejected, rejects, warnings, witnesses } = answer;
  const count = (title: string, value: number, style: 'yes' | 'plain' | 'unknown'): void => {
    const number = numberText(value).padStart(13);
    terminal.line(`  ${title.padEnd(11)}`, { text: number, style: value > 0 ? style : 'faint' });
  };
  terminal.line({
    text: `${plural(read, 'record')} read from ${plural(files, 'file')}`,
    style: 'heading',
  });
  count('accepted', accepted, 'yes');
  count('duplicates', duplicates, 'plain');
  count('rejected', rejected, 'unknown');
  for (const { file, at, reason } of rejects.slice(0, REASONS_SHOWN)) {
    // A reason about a whole file contains the file name.
    terminal.paragraph(reason.includes(file) ? reason : `${file}, ${at}: ${reason}`, 4);
  }
  const more = rejected - Math.min(rejects.length, REASONS_SHOWN);
  if (more > 0) terminal.line(`    and ${numberText(more)} more; --json lists them`);
  const warn = (text: string): void => terminal.note({ text: 'warning: ', style: 'unknown' }, text);
  for (const { file, text } of warnings) warn(`${file}: ${text}`);
  for (const { name, because } of witnesses) {
    if (because !== undefined) warn(`the witness ${name} did not cosign: ${because}`);
  }
  const { origin, size, root } = answer.checkpoint;
  if (origin === null) return;
  terminal.line(`Ledger ${origin}: ${plural(size, 'entry')}, root ${root}`);
}
