import { placeHold, releaseHold } from '../../../operations/ledger/hold.ts';
import { listHolds } from '../../../operations/ledger/list-holds.ts';
import { bindLedger, bindList, collect } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { HOLD_COLUMNS } from '../../render/hold-columns.ts';

const place = bindLedger(placeHold, {
  flags: { users: 'user' },
  render: ({ terminal }, { entry }, input) =>
    terminal.line(`hold placed for the case ${input.case}; recorded in entry ${entry}`),
});

const release = bindLedger(releaseHold, {
  flags: { case: 'release' },
  when: { flag: 'release', description: 'release all holds of this case' },
  render: ({ terminal }, { entry }, input) =>
    terminal.line(`hold released for the case ${input.case}; recorded in entry ${entry}`),
});

const holds = bindList(listHolds, {
  when: { flag: 'list', description: 'list the active holds' },
  async render({ terminal }, rows) {
    const active = await collect(rows);
    if (active.length === 0) terminal.line('no hold is active');
    else await terminal.table(HOLD_COLUMNS, active);
  },
});

export const command: CliCommand = { name: 'hold', bindings: [place, release, holds] };
