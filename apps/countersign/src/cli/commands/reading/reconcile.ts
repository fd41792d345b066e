import { listUnaccounted } from '../../../operations/reconcile/list-unaccounted.ts';
import { reconcileActions } from '../../../operations/reconcile/reconcile.ts';
import { bindDocument, bindList } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import {
  STATE_CAUSE_COLUMNS,
  STATE_COLUMNS,
  stateCauseRows,
  stateLines,
} from '../../render/render-drift.ts';
import {
  CAUSE_COLUMNS,
  causeRows,
  conclusionOf,
  eventLines,
  residualLines,
  SHARE_COLUMNS,
  verdictColumns,
} from '../../render/render-reconciliation.ts';

const totals = bindDocument(reconcileActions, {
  async render({ terminal }, found) {
    terminal.paragraph(conclusionOf(found));
    terminal.line();
    await terminal.table(CAUSE_COLUMNS, causeRows(found));
    for (const line of eventLines(found)) terminal.paragraph(line);
    terminal.line('');
    await terminal.table(SHARE_COLUMNS, found.joined);
    for (const line of residualLines(found)) terminal.line(line);
    for (const line of stateLines(found.state)) terminal.line(line);
    await terminal.table(STATE_CAUSE_COLUMNS, stateCauseRows(found.state));
  },
});

const list = bindList(listUnaccounted, {
  when: {
    flag: 'list',
    description:
      'list unaccounted and unknown actions, and differences between the directory and its events',
  },
  async render({ terminal }, { verdicts, drift, names }) {
    await terminal.table(verdictColumns(await names()), verdicts);
    if (drift.length === 0) return;
    terminal.line('');
    await terminal.table(STATE_COLUMNS, drift);
  },
});

export const commands: readonly CliCommand[] = [{ name: 'reconcile', bindings: [totals, list] }];
