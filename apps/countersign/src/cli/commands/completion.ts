import { Argument, type Command as Parser } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion-script.ts';
import type { BindCommand, CommandHandler } from '../process/command-context.ts';
import { EXIT } from '../process/exit-code.ts';

export function declareCompletion(program: Parser, bind: BindCommand): void {
  const complete: CommandHandler<[shell: Shell]> = async ({ terminal }, shell) => {
    await terminal.bytes([completionScript(shell, program)]);
    return EXIT.done;
  };
  program
    .command('completion')
    .summary('print a script that completes commands in a shell')
    .description(
      'Prints a script for bash, zsh or fish that completes commands, flags and their choices. ' +
        'For bash: source <(countersign completion bash)',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action(bind(complete));
}
