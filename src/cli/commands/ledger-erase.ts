import type { Command as Parser } from 'commander';
import { plural } from '../../core/index.ts';
import type { ErasureReport } from '../../pipeline/index.ts';
import type { Bind, Command } from '../context.ts';
import { usage } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { indicesArgument } from '../options.ts';
import { declareScope, type ScopeFlags, scopeOf } from '../scope.ts';
import { declareWriter, noProgress, type WriterFlags, whoActs, write } from '../writing.ts';

type EraseFlags = ScopeFlags & WriterFlags & { readonly case: string; readonly reason: string };

export function declareErase(ledger: Parser, bind: Bind): void {
  const parser = ledger
    .command('erase')
    .summary('erase bodies for good; every proof stays whole')
    .description(
      'Erases bodies of entries, and whatever was derived from them. Proofs still verify, and ' +
        'the erasure is an entry. All that is given must fit. This cannot be undone.',
    )
    .argument('[index...]', 'indices of entries', indicesArgument);
  declareScope(parser)
    .requiredOption('--case <case>', 'the case for which it is done')
    .requiredOption('--reason <reason>', 'why');
  declareWriter(parser).action(bind(erase));
}

const erase: Command<[indices: readonly number[] | undefined, flags: EraseFlags]> = async (
  context,
  indices = [],
  flags,
) => {
  const { eraseWork } = await import('../../api/index.ts');
  const { tenant, terminal } = context;
  const scope = scopeOf(flags, tenant);
  const { users, source, fromMs, toMs } = scope;
  const isAnything = [source, fromMs, toMs, scope.import].some((member) => member !== undefined);
  if (!isAnything && users.length === 0 && indices.length === 0) {
    throw usage(
      'say what is to be erased: --user, --import, --source, --from and --to, or indices',
    );
  }
  const work = eraseWork(whoActs(), { ...scope, indices, case: flags.case, reason: flags.reason });
  const report = (await write(context, {
    work,
    flags,
    ledger: 'needs',
    repeatable: false,
    progressOf: noProgress,
  })) as ErasureReport;
  const { erased, entry, ranges } = report;
  if (context.json) terminal.document({ erased, entry, ranges });
  else terminal.line(`${plural(erased, 'body')} erased; entry ${entry} says so`);
  return EXIT.done;
};
