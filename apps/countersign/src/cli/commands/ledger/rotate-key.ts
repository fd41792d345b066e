import { resolve } from 'node:path';
import type { RotationResult } from '@countersign/ledger';
import type { Command as Parser } from 'commander';
import {
  DRY_RUN,
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../../options/write-options.ts';
import type { BindCommand, CommandHandler } from '../../process/command-context.ts';
import { EXIT } from '../../process/exit-code.ts';

type RotateFlags = WriterFlags & { readonly to?: string };

export function declareRotateKey(ledger: Parser, bind: BindCommand): void {
  const parser = ledger
    .command('rotate-key')
    .summary('hand the log over to a new signing key')
    .description('Makes a new key; the old one signs for it, and the rotation is an entry.')
    .option('--to <file>', 'where the new key goes (default: in the place of the old one)');
  declareWriter(parser.option(...DRY_RUN)).action(bind(rotate));
}

const rotate: CommandHandler<[flags: RotateFlags]> = async (context, flags) => {
  const { rotateKeyWork } = await import('../../../operations/rotate-key.ts');
  const { cwd, terminal } = context;
  const absolute = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : resolve(cwd, file);
  const work = rotateKeyWork(whoActs(), {
    toFile: absolute(flags.to),
    keyFile: absolute(flags.key),
  });
  // Alone: whoever holds the ledger now would go on to sign with the old key.
  const { entry, oldVkey, newVkey } = (await write(context, {
    work,
    flags,
    ledger: 'needs',
    repeatable: true,
    where: 'alone',
    progressOf: noProgress,
  })) as RotationResult;
  if (context.json) terminal.document({ entry, oldVkey, newVkey });
  else {
    terminal.fields([
      ['old key', oldVkey],
      ['new key', newVkey],
      ['entry', String(entry)],
    ]);
  }
  return EXIT.done;
};
