import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { plural } from '@countersign/core';
import { serveWitness } from '@countersign/tlog';
import type { Command as Parser } from 'commander';
import type { WitnessReport } from '../../../operations/witness.ts';
import { listenOption, repeated } from '../../options/parse-options.ts';
import {
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../../options/write-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { CliError, usage } from '../../process/errors.ts';
import { EXIT, type ExitCode } from '../../process/exit-code.ts';
import { aborted } from '../../process/interrupt.ts';

type WitnessFlags = WriterFlags & {
  readonly listen?: { readonly host: string; readonly port: number };
  readonly state?: string;
  readonly log?: readonly string[];
  readonly name?: string;
  readonly policy?: string;
};

export function declareWitness(ledger: Parser, bind: BindCommand): void {
  const parser = ledger
    .command('witness')
    .summary('run a witness, or ask those of this log')
    .description(
      'With --listen: runs a C2SP tlog-witness until it is stopped. Without: asks the witnesses ' +
        'of this log to cosign its checkpoint now; --policy first says who they are.',
    )
    .option('--listen <host:port>', 'run a witness here', listenOption)
    .option('--state <dir>', 'where the witness keeps its memory and its key')
    .option('--log <vkey>', 'watch the log of this key; may be given more than once', repeated)
    .option('--name <name>', 'name of a new witness (default: a unique one)')
    .option('--policy <file>', 'a C2SP tlog-policy: the witnesses of this log, and their quorum');
  declareWriter(parser).action(bind(witness));
}

const witness: CommandHandler<[flags: WitnessFlags]> = async (context, flags) =>
  flags.listen === undefined ? askWitnesses(context, flags) : run(context, flags, flags.listen);

async function run(
  context: Context,
  flags: WitnessFlags,
  listen: { readonly host: string; readonly port: number },
): Promise<ExitCode> {
  const { state, log: logs = [], name } = flags;
  if (state === undefined || logs.length === 0) {
    throw usage('a witness needs --state DIR, and --log VKEY for each log that it watches');
  }
  const { witnessKey } = await import('../../../operations/witness-key.ts');
  const { terminal, clock, random, cwd, signal } = context;
  const stateDir = resolve(cwd, state);
  const key = witnessKey(stateDir, { name, random });
  const onFailure = (error: unknown): void => terminal.note(`the witness failed: ${String(error)}`);
  const server = await serveWitness({ listen, stateDir, logs, key, clock, onFailure });
  const line = `witness witness-1 ${server.vkey} ${server.url}`;
  if (context.json) terminal.document({ url: server.url, vkey: server.vkey });
  else {
    terminal.fields([
      ['listening', server.url],
      ['key', server.vkey],
      ['policy', line],
    ]);
  }
  try {
    await aborted(signal);
  } finally {
    await server.close();
  }
  // To be stopped is how a server ends.
  return EXIT.done;
}

async function askWitnesses(context: Context, flags: WitnessFlags): Promise<ExitCode> {
  const { cwd, terminal } = context;
  const { witnessWork } = await import('../../../operations/witness.ts');
  const policy =
    flags.policy === undefined ? undefined : await readFile(resolve(cwd, flags.policy), 'utf8');
  const { checkpoint, witnesses } = (await write(context, {
    work: witnessWork(whoActs(), policy),
    flags,
    ledger: 'needs',
    repeatable: true,
    progressOf: noProgress,
  })) as WitnessReport;
  if (context.json) terminal.document({ checkpoint, witnesses });
  else {
    terminal.line(`checkpoint of ${plural(checkpoint.size, 'entry')}, root ${checkpoint.root}`);
    for (const { name, because } of witnesses ?? []) {
      if (because === undefined) terminal.line({ text: 'cosigned: ', style: 'yes' }, name);
      else terminal.line({ text: 'not cosigned: ', style: 'unknown' }, `${name}: ${because}`);
    }
  }
  if (witnesses === null) {
    throw new CliError('CANNOT_TELL', 'this log has no witnesses; name them with --policy FILE');
  }
  const silent = witnesses.filter(({ because }) => because !== undefined);
  if (silent.length === 0) return EXIT.done;
  throw new CliError('CANNOT_TELL', `${plural(silent.length, 'witness')} did not cosign`);
}
