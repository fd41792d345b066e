import type { Command as Parser } from 'commander';
import type { Bind } from '../context.ts';
import { CliError } from '../errors.ts';

/** Named by the contract of the command line, and honest about it until their stage is built. */
const NOT_BUILT: readonly (readonly [name: string, summary: string])[] = [];

export function declareNotBuilt(program: Parser, bind: Bind): void {
  for (const [name, summary] of NOT_BUILT) {
    program
      .command(name)
      .summary(summary)
      .description(`${summary}\n\nNot built yet: it answers "cannot tell" and exits 3.`)
      .helpGroup('Not built yet:')
      .argument('[anything...]')
      .allowUnknownOption()
      .action(
        bind(async () => {
          throw new CliError('CANNOT_TELL', `countersign ${name} is not built yet`);
        }),
      );
  }
}
