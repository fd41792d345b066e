import type { Command as Parser } from 'commander';
import type { Bind } from '../context.ts';
import { declareCheckpoint } from './ledger-checkpoint.ts';
import { declareProve } from './ledger-prove.ts';

export function declareLedger(program: Parser, bind: Bind): void {
  const ledger = program
    .command('ledger')
    .summary('the log itself: checkpoint, proofs, checks, witnesses, erasure, holds, keys')
    .description('The transparency log and its archive of bodies.');
  declareCheckpoint(ledger, bind);
  declareProve(ledger, bind);
}
