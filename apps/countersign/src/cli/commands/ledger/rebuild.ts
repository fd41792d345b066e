import { plural } from '@countersign/core';
import { rebuildStore } from '../../../operations/ledger/rebuild.ts';
import type { CatchUpProgress } from '../../../projection/catch-up.ts';
import { bindLedger } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'rebuild',
    bindings: [
      bindLedger(rebuildStore, {
        progressOf(progress) {
          const { done, size } = progress as CatchUpProgress;
          return { task: 'rebuilding', records: done, recordsTotal: size };
        },
        render({ terminal }, { entries }) {
          terminal.line(`rebuilt from ${plural(entries, 'entry')}`);
        },
      }),
    ],
  },
];
