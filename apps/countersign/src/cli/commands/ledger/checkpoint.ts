import { numberText } from '@countersign/core';
import type { Command as Parser } from 'commander';
import { askLedger } from '../../answers/open-readers.ts';
import type { BindCommand, CommandHandler } from '../../process/command-context.ts';
import { EXIT } from '../../process/exit-code.ts';

export function declareCheckpoint(ledger: Parser, bind: BindCommand): void {
  ledger
    .command('checkpoint')
    .summary('what the log says about itself: size, root, key, signatures')
    .description('Prints the signed checkpoint (C2SP tlog-checkpoint) and the key of the log.')
    .action(bind(checkpoint));
}

const checkpoint: CommandHandler = async (context) =>
  askLedger(context, async (ledger) => {
    const { terminal } = context;
    const { origin, size, root, note } = ledger.published;
    const base64 = Buffer.from(root).toString('base64');
    if (context.json) {
      terminal.document({ origin, size, root: base64, vkey: ledger.vkey, note });
      return EXIT.done;
    }
    terminal.fields([
      ['origin', origin],
      ['entries', numberText(size)],
      ['root', base64],
      ['key', ledger.vkey],
    ]);
    terminal.line();
    for (const line of note.trimEnd().split('\n')) terminal.line(line);
    return EXIT.done;
  });
