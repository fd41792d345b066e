import { plural } from '@countersign/core';
import type { ErasureReport } from '../../../ingest/erasure/erase-bodies.ts';
import { eraseBodies } from '../../../operations/ledger/erase.ts';
import { bindLedger } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';

const erase = bindLedger(eraseBodies, {
  positional: ['indices'],
  flags: { users: 'user' },
  render: ({ terminal }, report) => terminal.line(erasedText(report)),
});

function erasedText({ erased, quarantined, entry }: ErasureReport): string {
  if (entry === null) return 'nothing to erase';
  const besides = quarantined === 0 ? '' : `, and ${plural(quarantined, 'quarantined piece')}`;
  return `${plural(erased, 'body')} erased${besides}; recorded in entry ${entry}`;
}

export const command: CliCommand = { name: 'erase', bindings: [erase] };
