import { join, resolve } from 'node:path';
import { plural } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { Config } from '../../config/config.ts';
import type { ServeReady } from '../../operations/host/server-request.ts';
import { type WriterValues, writerOptions } from '../adapter/writer-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { usage } from '../process/errors.ts';
import { EXIT } from '../process/exit-code.ts';
import { PROBLEMS_SHOWN } from '../process/limits.ts';

type Flags = WriterValues & { readonly config?: string; readonly check?: true };

export function declareServe(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('serve')
    .summary('collect from live tenants and serve HTTP')
    .description(
      'Collects from the configured sources until it is stopped. Serves the HTTP API ' +
        'and /metrics on loopback, and opens the configured enforcement points. ' +
        'Writes its log to standard error. Other writing commands forward their work to it.',
    )
    .option('--config <file>', 'the configuration (default: countersign.yaml in the data folder)')
    .option('--check', 'check the configuration without starting');
  for (const option of writerOptions()) parser.addOption(option);
  parser.action(bind(serveCommand));
}

const serveCommand: CommandHandler<[flags: Flags]> = async (context, flags) => {
  const { terminal, dataDir, cwd, env, clock, random, signal } = context;
  const file =
    flags.config === undefined ? join(dataDir, 'countersign.yaml') : resolve(cwd, flags.config);
  const config = await configOf(context, file);
  if (flags.check === true) {
    terminal.line({ text: 'good: ', style: 'yes' }, file);
    return EXIT.done;
  }
  const { loadConfigVersion } = await import('../../config/load-config.ts');
  await context.startServer({
    ...{ dataDir, config, env, clock, random, signal },
    readConfig: () => loadConfigVersion(file, env),
    // From here on: a signal during a long start must not end the process.
    hangUps: context.hangUps(signal),
    keyFile: flags.key === undefined ? undefined : resolve(cwd, flags.key),
    acceptFork: flags.acceptFork === true ? 'accept' : undefined,
    log: (line) => terminal.note(line),
    ready: (at) => showReady(context, at),
  });
  // Being stopped is the normal end of a server.
  return EXIT.done;
};

function showReady({ terminal, json }: Context, at: ServeReady): void {
  const { url, origin, enforcementUrl } = at;
  if (json) {
    const opened = enforcementUrl === undefined ? {} : { enforcementUrl };
    terminal.document({ url, ledger: origin, ...opened });
    return;
  }
  // What is no terminal may be a log, which keeps what it gets.
  const link = terminal.isTTY ? at.signInLink() : undefined;
  terminal.fields([
    ['listening', url],
    ...(enforcementUrl === undefined ? [] : [['enforcement points', enforcementUrl] as const]),
    ['ledger', origin],
    ...(link === undefined ? [] : [['sign in', link] as const]),
  ]);
  if (link !== undefined) {
    terminal.line(
      'The link works once, for 15 minutes. "countersign operators link" makes another.',
    );
  }
}

/** One line per problem, which editors and terminals turn into a link. */
async function configOf({ terminal, env }: Context, file: string): Promise<Config> {
  const { DocumentError, problemText } = await import('@countersign/yaml-document');
  const { loadConfig } = await import('../../config/load-config.ts');
  try {
    return loadConfig(file, env);
  } catch (error) {
    if (!(error instanceof DocumentError) || error.problems.length === 0) throw error;
    const { problems } = error;
    for (const problem of problems.slice(0, PROBLEMS_SHOWN)) terminal.note(problemText(problem));
    const found = plural(problems.length, 'problem');
    throw usage(`nothing was started: the configuration has ${found}`);
  }
}
