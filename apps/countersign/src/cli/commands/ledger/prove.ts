import { formatProof } from '@countersign/tlog';
import type { Command as Parser } from 'commander';
import { askLedger, indexIn, orCannotTell } from '../../answers/open-readers.ts';
import { type EntryReference, entryReference } from '../../options/parse-options.ts';
import type { BindCommand, CommandHandler } from '../../process/command-context.ts';
import { EXIT } from '../../process/exit-code.ts';

export function declareProve(ledger: Parser, bind: BindCommand): void {
  ledger
    .command('prove')
    .summary('that an entry is in the log, as a file for anybody')
    .description('Prints a C2SP tlog-proof: path to the root, signed checkpoint, cosignatures.')
    .argument('<entry>', 'its index', entryReference)
    .action(bind(prove));
}

const prove: CommandHandler<[entry: EntryReference]> = async (context, entry) =>
  askLedger(context, async (ledger) => {
    const index = indexIn(ledger.checkpoint.origin, entry);
    const hashes = await orCannotTell(index, () => ledger.proveInclusion(index));
    const { origin, size, note: checkpoint } = ledger.checkpoint;
    const proof = formatProof({ index, hashes, checkpoint });
    if (context.json) {
      const base64 = hashes.map((hash) => hash.toString('base64'));
      context.terminal.document({ index, origin, size, hashes: base64, proof });
    } else {
      for (const line of proof.trimEnd().split('\n')) context.terminal.line(line);
    }
    return EXIT.done;
  });
