import { plural } from '@countersign/core';
import { type KnownTenant, listInventory } from '../../../operations/posture/list-inventory.ts';
import { bindList } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Cell, Column } from '../../terminal/table.ts';

const inventory = bindList(listInventory, {
  async render({ terminal }, tenants) {
    const forgotten = tenants.filter(({ isConnected }) => isConnected === false);
    const strange = tenants.filter(
      ({ relation, hasRecords }) => relation === 'not listed' && hasRecords,
    );
    terminal.paragraph(
      `${plural(forgotten.length, 'tenant')} of this company not connected; ` +
        `${plural(strange.length, 'tenant')} with records that no inventory names.`,
    );
    if (tenants.length === 0) return;
    terminal.line();
    await terminal.table(COLUMNS, tenants);
  },
});

const COLUMNS: readonly Column<KnownTenant>[] = [
  { title: 'tenant', kind: 'id', cell: ({ tenant }) => tenant },
  { title: 'name', kind: 'text', cell: ({ name }) => name ?? undefined },
  { title: 'relation', kind: 'whole', cell: ({ relation }) => relation },
  { title: 'use', kind: 'text', fold: 2, cell: ({ use }) => use ?? undefined },
  { title: 'connected', kind: 'whole', cell: ({ isConnected }) => connectedCell(isConnected) },
  { title: 'records', kind: 'whole', cell: ({ hasRecords }) => (hasRecords ? 'yes' : 'none') },
];

function connectedCell(isConnected: boolean | null): Cell {
  if (isConnected === null) return undefined;
  return isConnected ? { text: 'yes', style: 'yes' } : { text: 'no', style: 'no' };
}

export const commands: readonly CliCommand[] = [{ name: 'inventory', bindings: [inventory] }];
