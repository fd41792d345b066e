import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Answer } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { DetectorHealth } from '../../detection/health/detector-health.ts';
import type { Condition, GateAnswer, GateInput, RuleHealth } from '../../rollout/gate.ts';
import type { GateFile } from '../../rollout/gate-file.ts';
import { healthsOfAnswer } from '../answers/health-note.ts';
import { askStore, reasonsText, type Sources } from '../answers/open-readers.ts';
import {
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../options/write-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError } from '../process/errors.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import type { Column } from '../terminal/table.ts';

export function declareGate(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('gate')
    .summary('may this wave go on? yes, no or cannot tell')
    .description(
      'Asks the conditions of a file of the account: coverage, loss, what is unexplained, ' +
        'blind rules, open findings. No data holds. The answer is an entry of the ledger, and ' +
        'says what would let us resume.',
    )
    .argument('<file>', 'the gate, as YAML');
  declareWriter(parser).action(bind(gate));
}

const gate: CommandHandler<[file: string, flags: WriterFlags]> = async (context, path, flags) => {
  const { parseGate } = await import('../../rollout/gate-file.ts');
  const { readConfigFile } = await import('@countersign/yaml-document');
  const { gateWork } = await import('../../operations/gate.ts');
  const given = readConfigFile(resolve(context.cwd, path));
  const file = parseGate(given);
  const { input, head, found } = await answer(context, file);
  const { origin, size, root } = head;
  const window = { from: timeOf(input.fromMs), to: timeOf(input.toMs) };
  const said = {
    file: createHash('sha256').update(given.text).digest('hex'),
    window,
    ledger: { origin, size, root },
    ...answerItem(found),
  };
  const work = gateWork(whoActs(), { gate: file.gate, said });
  const options = { work, flags, ledger: 'needs', repeatable: false } as const;
  const { entry } = (await write(context, { ...options, progressOf: noProgress })) as {
    entry: number;
  };
  const { terminal, json } = context;
  const { gate: name, wave } = file;
  if (json) terminal.document({ gate: name, wave, window, ...answerItem(found), entry });
  else await print(context, file, found, entry);
  return codeOf(found);
};

async function answer(
  context: Context,
  file: GateFile,
): Promise<{ input: GateInput; head: Sources['head']; found: GateAnswer }> {
  let asked: { input: GateInput; head: Sources['head']; found: GateAnswer } | undefined;
  await askStore(context, async (sources) => {
    const { answerGate } = await import('../../rollout/gate.ts');
    const head = await sources.examined();
    const input = await inputOf(context, file, { ...sources, head });
    asked = { input, head, found: answerGate(input) };
    return EXIT.done;
  });
  if (asked === undefined) throw new CliError('CANNOT_TELL', 'nobody could be asked');
  return asked;
}

async function inputOf(context: Context, file: GateFile, sources: Sources): Promise<GateInput> {
  const { authorisationsOf } = await import('../../reconcile/actions/authorization-source.ts');
  const { ActionReconciler } = await import('../../reconcile/actions/action-reconciler.ts');
  const { store, head } = sources;
  const toMs = context.clock.now() - file.behindMs;
  const fromMs = toMs - file.windowMs;
  const tenant = file.tenants.length === 1 ? file.tenants[0] : undefined;
  const authorisations = await authorisationsOf(sources);
  await using reconciler = new ActionReconciler(store, {
    authorisations,
    coverage: store.coverage(),
  });
  const asked = { kind: 'period', fromMs, toMs } as const;
  const tenants = file.tenants.length === 0 ? undefined : file.tenants;
  const { found, limits } = await healthsOfAnswer(sources, {
    asked,
    tenants,
    nowMs: context.clock.now(),
  });
  const isAsked = (of: string): boolean => file.tenants.length === 0 || file.tenants.includes(of);
  return {
    file,
    asOf: head.asOf,
    fromMs,
    toMs,
    nowMs: context.clock.now(),
    coverage: store
      .coverageOf({ fromMs, toMs }, head)
      .facts.filter((fact) => fact.tenant === '*' || isAsked(fact.tenant)),
    findings: store.findings().filter(({ draft }) => isAsked(draft.tenant)),
    reconciliation: await reconciler.totals({ fromMs, toMs, tenant }),
    rules: found.map(ruleHealth),
    limits,
  };
}

function ruleHealth({ watcher, health }: DetectorHealth): RuleHealth {
  const { state, because, incomplete } = health;
  const { title: rule, severityMax } = watcher;
  return { rule, state, severityMax, because: because ?? '', incomplete };
}

async function print(
  context: Context,
  { gate: name, wave }: GateFile,
  found: GateAnswer,
  entry: number,
): Promise<void> {
  const { terminal } = context;
  terminal.line(`${name}, ${wave}: ${WORDS[found.answer.kind]}`);
  terminal.line('');
  await terminal.table(COLUMNS, found.conditions);
  if (found.resume.length > 0) {
    terminal.line('');
    terminal.line('What would let us resume:');
    for (const text of found.resume) terminal.line(`  ${text}`);
  }
  for (const { text } of found.limits) {
    terminal.line('');
    terminal.line(`This answer does not speak of all: ${text}.`);
  }
  terminal.line('');
  terminal.line(`Entry ${entry} of the ledger says so.`);
}

const WORDS = { yes: 'yes, go on', no: 'no, hold', unknown: 'cannot tell, hold' } as const;
const CELLS = { yes: 'holds', no: 'does not hold', unknown: 'cannot tell' } as const;

const COLUMNS: readonly Column<Condition>[] = [
  {
    title: 'answer',
    kind: 'whole',
    cell: ({ answer: { kind } }) => ({ text: CELLS[kind], style: kind }),
  },
  { title: 'condition', kind: 'whole', cell: ({ condition }) => condition },
  { title: 'requires', kind: 'text', comfortable: 30, cell: ({ requires }) => requires },
  { title: 'found', kind: 'text', comfortable: 40, cell: ({ found }) => found.join('; ') },
];

/** An answer beside other members: its kind is what `answer` says. */
function membersOf({ kind: answer, ...members }: Answer): object {
  return { answer, ...members };
}

function answerItem({ answer: { kind, asOf }, conditions, resume, limits }: GateAnswer): object {
  return {
    answer: kind,
    asOf,
    conditions: conditions.map(({ condition, requires, answer: each, found }) => ({
      condition,
      requires,
      found,
      ...membersOf(each),
    })),
    resume,
    limits,
  };
}

function codeOf({ answer: given }: GateAnswer): ExitCode {
  switch (given.kind) {
    case 'yes':
      return EXIT.done;
    case 'no':
      return EXIT.no;
    case 'unknown':
      throw new CliError('CANNOT_TELL', reasonsText(given.because));
  }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
