import { resolve } from 'node:path';
import { plural } from '@countersign/core';
import { askWitnesses } from '../../../operations/ledger/witness.ts';
import { bindLedger } from '../../adapter/binding.ts';
import type { CliCommand, CliProcess } from '../../adapter/declare-command.ts';
import { listenOption } from '../../options/parse-options.ts';
import type { Context } from '../../process/command-context.ts';
import { usage } from '../../process/errors.ts';
import { EXIT, type ExitCode } from '../../process/exit-code.ts';
import { waitForAbort } from '../../process/interrupt.ts';

const witness = bindLedger(askWitnesses, {
  render({ terminal }, { checkpoint: { size, root }, witnesses }) {
    terminal.line(`checkpoint of ${plural(size, 'entry')}, root ${root}`);
    for (const { name, because } of witnesses ?? []) {
      if (because === undefined) terminal.line({ text: 'cosigned: ', style: 'yes' }, name);
      else terminal.line({ text: 'not cosigned: ', style: 'unknown' }, `${name}: ${because}`);
    }
  },
});

/** `ledger witness --listen`: a process, not an operation. */
const witnessProcess: CliProcess = {
  when: 'listen',
  ownFlags: [
    { flag: 'listen', value: 'host:port', description: 'run a witness here' },
    {
      flag: 'state',
      value: 'dir',
      description: 'the folder for the state and the key of the witness',
    },
    {
      flag: 'log',
      value: 'vkey',
      description: 'cosign the log of this key; repeatable',
      isRepeatable: true,
    },
    { flag: 'name', value: 'name', description: 'name of a new witness (default: a unique one)' },
  ],
  run: (context, flags) => runWitness(context, flags as WitnessFlags),
};

export const command: CliCommand = {
  name: 'witness',
  bindings: [witness],
  process: witnessProcess,
};

type WitnessFlags = {
  readonly listen: string;
  readonly state?: string;
  readonly log?: readonly string[];
  readonly name?: string;
};

async function runWitness(context: Context, flags: WitnessFlags): Promise<ExitCode> {
  const { state, log: logs = [], name } = flags;
  const listen = listenOption(flags.listen);
  if (state === undefined || logs.length === 0) {
    throw usage('a witness needs --state DIR, and --log VKEY for each log that it watches');
  }
  const { witnessKey } = await import('../../../operations/ledger/witness-key.ts');
  const { serveWitness } = await import('@countersign/tlog');
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
    await waitForAbort(signal);
  } finally {
    await server.close();
  }
  // Being stopped is the normal end of a server.
  return EXIT.done;
}
