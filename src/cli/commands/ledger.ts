import type { Command as Parser } from 'commander';
import type { Bind } from '../context.ts';
import { declareCheckpoint } from './ledger-checkpoint.ts';
import { declareErase } from './ledger-erase.ts';
import { declareFsck } from './ledger-fsck.ts';
import { declareHold } from './ledger-hold.ts';
import { declareProve } from './ledger-prove.ts';
import { declareRestartClock } from './ledger-restart-clock.ts';
import { declareRotateKey } from './ledger-rotate-key.ts';
import { declareWitness } from './ledger-witness.ts';

export function declareLedger(program: Parser, bind: Bind): void {
  const ledger = program
    .command('ledger')
    .summary('the log itself: checkpoint, proofs, checks, witnesses, erasure, holds, keys, clock')
    .description('The transparency log and its archive of bodies.');
  declareCheckpoint(ledger, bind);
  declareProve(ledger, bind);
  declareFsck(ledger, bind);
  declareWitness(ledger, bind);
  declareErase(ledger, bind);
  declareHold(ledger, bind);
  declareRotateKey(ledger, bind);
  declareRestartClock(ledger, bind);
}
