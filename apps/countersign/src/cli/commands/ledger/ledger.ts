import { numberText, plural } from '@countersign/core';
import type { Problem } from '@countersign/ledger';
import type { ErasureReport } from '../../../ingest/erasure/erase-bodies.ts';
import { showCheckpoint } from '../../../operations/ledger/checkpoint.ts';
import { eraseBodies } from '../../../operations/ledger/erase.ts';
import { checkLedger } from '../../../operations/ledger/fsck.ts';
import { placeHold, releaseHold } from '../../../operations/ledger/hold.ts';
import { listHolds } from '../../../operations/ledger/list-holds.ts';
import { proveInclusion } from '../../../operations/ledger/prove.ts';
import { restartLedgerClock } from '../../../operations/ledger/restart-clock.ts';
import { rotateSigningKey } from '../../../operations/ledger/rotate-key.ts';
import { askWitnesses } from '../../../operations/ledger/witness.ts';
import { bindDocument, bindLedger, bindList, collect } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import { HOLD_COLUMNS } from '../../render/hold-columns.ts';
import type { Column } from '../../terminal/table.ts';
import { witnessProcess } from './witness.ts';

const checkpoint = bindDocument(showCheckpoint, {
  render({ terminal }, { origin, size, root, vkey, note }) {
    terminal.fields([
      ['origin', origin],
      ['entries', numberText(size)],
      ['root', root],
      ['key', vkey],
    ]);
    terminal.line();
    for (const line of note.trimEnd().split('\n')) terminal.line(line);
  },
});

const prove = bindDocument(proveInclusion, {
  positional: ['entry'],
  render({ terminal }, { proof }) {
    for (const line of proof.trimEnd().split('\n')) terminal.line(line);
  },
});

const PROBLEMS: readonly Column<Problem>[] = [
  { title: 'path', kind: 'text', comfortable: 30, cell: ({ path }) => path },
  { title: 'byte', kind: 'number', cell: ({ at }) => String(at) },
  {
    title: 'what',
    kind: 'text',
    comfortable: 24,
    cell: ({ what }) => ({ text: what, style: 'no' }),
  },
];

const fsck = bindDocument(checkLedger, {
  progressOf(progress) {
    const { records, recordsTotal } = progress as { records: number; recordsTotal: number };
    return { task: 'checking', records, recordsTotal };
  },
  async render({ terminal }, { ok, size, problems }) {
    await terminal.table(PROBLEMS, problems);
    const checked = `${plural(size, 'entry')} checked`;
    if (ok) terminal.line({ text: 'clean: ', style: 'yes' }, checked);
    else terminal.line({ text: `${plural(problems.length, 'problem')}: `, style: 'no' }, checked);
  },
});

const witness = bindLedger(askWitnesses, {
  render({ terminal }, { checkpoint: { size, root }, witnesses }) {
    terminal.line(`checkpoint of ${plural(size, 'entry')}, root ${root}`);
    for (const { name, because } of witnesses ?? []) {
      if (because === undefined) terminal.line({ text: 'cosigned: ', style: 'yes' }, name);
      else terminal.line({ text: 'not cosigned: ', style: 'unknown' }, `${name}: ${because}`);
    }
  },
});

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

const rotate = bindLedger(rotateSigningKey, {
  render({ terminal }, { entry, oldVkey, newVkey }) {
    terminal.fields([
      ['old key', oldVkey],
      ['new key', newVkey],
      ['entry', String(entry)],
    ]);
  },
});

const restart = bindLedger(restartLedgerClock, {
  render({ terminal }, { entry, lastSeen, seen }) {
    terminal.fields([
      ['last entry seen', lastSeen],
      ['now seen', seen],
      ['entry', String(entry)],
    ]);
  },
});

export const commands: readonly CliGroup[] = [
  {
    name: 'ledger',
    summary: 'manage the log: checkpoint, proofs, checks, witnesses, erasure, holds, keys, clock',
    description: 'Commands for the transparency log and its archive of bodies.',
    subcommands: [
      { name: 'checkpoint', bindings: [checkpoint] },
      { name: 'prove', bindings: [prove] },
      { name: 'fsck', bindings: [fsck] },
      { name: 'witness', bindings: [witness], process: witnessProcess },
      { name: 'erase', bindings: [erase] },
      { name: 'hold', bindings: [place, release, holds] },
      { name: 'rotate-key', bindings: [rotate] },
      { name: 'restart-clock', bindings: [restart] },
    ],
  },
];
