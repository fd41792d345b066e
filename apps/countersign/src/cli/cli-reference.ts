import { Command as Parser } from 'commander';
import { COMMANDS } from './commands/index.ts';
import { declareGlobals } from './global-options.ts';

/** Columns of help texts in the reference. */
const COLUMNS = 80;

/** The reference of the command line: the help of every command, in the order of the help. */
export async function cliReference(): Promise<string> {
  const program = declareGlobals(new Parser('countersign')).usage('COMMAND [options]');
  program.helpOption('-h, --help', 'print help').configureHelp({
    helpWidth: COLUMNS,
    subcommandTerm: (command) => command.name(),
  });
  const bind = () => async (): Promise<void> => undefined;
  for (const { load } of COMMANDS) (await load())(program, bind);
  return [
    '# Command line',
    '',
    'Generated from the operations by `npm run reference`; do not edit.',
    '',
    ...sectionsOf(program, 'countersign'),
  ].join('\n');
}

function sectionsOf(command: Parser, path: string): string[] {
  const below = command.createHelp().visibleCommands(command);
  return [
    `## ${path}`,
    '',
    '```text',
    helpOf(command),
    '```',
    '',
    ...below
      .filter((each) => each.name() !== 'help')
      .flatMap((each) => sectionsOf(each, `${path} ${each.name()}`)),
  ];
}

function helpOf(command: Parser): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trimEnd();
}
