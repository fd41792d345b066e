import type { Command as Parser } from 'commander';
import { ownPackage } from '../../config/installed-package.ts';
import type { McpHost } from '../../mcp/mcp-host.ts';
import type { Caller } from '../../operators/caller.ts';
import { operatorName, performOperation } from '../adapter/run-binding.ts';
import { type WriterValues, writerOptions } from '../adapter/writer-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { EXIT } from '../process/exit-code.ts';

export function declareMcp(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('mcp')
    .summary('answer questions of an AI agent over standard input and output')
    .description(
      'Serves read-only tools to an agent in the Model Context Protocol, until standard input ' +
        'ends. The agent has the rights of your account, and with --tenant only data of that ' +
        'tenant. Each call becomes a ledger entry, and a call that cannot be recorded is refused.',
    );
  for (const option of writerOptions()) parser.addOption(option);
  parser.action(bind(mcpCommand));
}

const mcpCommand: CommandHandler<[flags: WriterValues]> = async (context, flags) => {
  const { serveMcpStdio } = await import('../../mcp/mcp-stdio.ts');
  await serveMcpStdio({
    host: hostOf(context, flags),
    caller: callerOf(context),
    stdin: context.stdin,
    stdout: context.terminal.messages,
  });
  // The end of standard input is the normal end.
  return EXIT.done;
};

function callerOf({ tenant }: Context): Caller {
  return {
    kind: 'account',
    who: operatorName(),
    scopes: 'all',
    tenants: tenant === undefined ? 'all' : new Set([tenant]),
    people: 'names',
    provedAtMs: undefined,
  };
}

/** The account is the actor of entries, as for every command. */
function hostOf(context: Context, writer: WriterValues): McpHost {
  const { dataDir, clock, random, env, signal, terminal } = context;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...{ dataDir, clock, machineClock: clock, random, env, signal },
    version: ownPackage().version,
    log: (line) => terminal.note(line),
    perform: (_caller, operation, input) => {
      // One at a time: each takes the lock of the ledger, or asks the process that holds it.
      const next = last.then(() =>
        performOperation(context, { operation, input, writer, progress: () => undefined }),
      );
      last = next.catch(() => undefined);
      return next;
    },
  };
}
