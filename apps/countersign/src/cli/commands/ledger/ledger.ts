import type { Command as Parser } from 'commander';
import type { BindCommand } from '../../process/command-context.ts';
import { declareCheckpoint } from './checkpoint.ts';
import { declareErase } from './erase.ts';
import { declareFsck } from './fsck.ts';
import { declareHold } from './hold.ts';
import { declareProve } from './prove.ts';
import { declareRestartClock } from './restart-clock.ts';
import { declareRotateKey } from './rotate-key.ts';
import { declareWitness } from './witness.ts';

export function declareLedger(program: Parser, bind: BindCommand): void {
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
