import type { LazyGroup } from '../lazy-group.ts';

export const group: LazyGroup = {
  name: 'ledger',
  summary: 'manage the log: checkpoint, proofs, checks, witnesses, erasure, holds, keys, clock',
  description: 'Commands for the transparency log and its archive of bodies.',
  subcommands: [
    { name: 'checkpoint', load: () => import('./checkpoint.ts') },
    { name: 'checkpoints', load: () => import('./checkpoints.ts') },
    { name: 'entries', load: () => import('./entries.ts') },
    { name: 'prove', load: () => import('./prove.ts') },
    { name: 'fsck', load: () => import('./fsck.ts') },
    { name: 'witness', load: () => import('./witness.ts') },
    { name: 'erase', load: () => import('./erase.ts') },
    { name: 'erasures', load: () => import('./erasures.ts') },
    { name: 'hold', load: () => import('./hold.ts') },
    { name: 'rotate-key', load: () => import('./rotate-key.ts') },
    { name: 'restart-clock', load: () => import('./restart-clock.ts') },
  ],
};
