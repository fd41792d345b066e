import { createHash } from 'node:crypto';
import type { Answer } from '@countersign/core';
import type { SourceText } from '@countersign/yaml-document';
import { z } from 'zod';
import type { DetectorHealth } from '../../detection/health/detector-health.ts';
import type { GateAnswer, GateInput, RuleHealth } from '../../rollout/gate.ts';
import type { GateFile } from '../../rollout/gate-file.ts';
import { answerConclusion } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import type { DocumentOperation, OperationContext } from '../definition/operation.ts';
import {
  evidenceRefSchema,
  observationSchema,
  reasonSchema,
  watermarkSchema,
} from '../definition/output-schemas.ts';
import { healthsOfAnswer } from '../readers/health-note.ts';
import type { Sources } from '../readers/readers.ts';
import { recordGate } from './record-gate.ts';

/** The gate, its answer, and the entry that holds it. */
export type GateEvaluation = {
  readonly file: GateFile;
  readonly answer: GateAnswer;
  readonly entry: number;
};

/** A gate has tens of lines; one that names hundreds of tenants and sources has a thousand. */
const GATE_CHARACTERS_MAX = 100_000;

type GateQuestion = {
  readonly file?: string | undefined;
  readonly text?: string | undefined;
};

export const evaluateGate: DocumentOperation<GateQuestion, object, GateEvaluation> = {
  name: 'gate',
  summary: 'may this wave continue? yes, no or cannot tell',
  description:
    'Evaluates a gate file against the ledger: coverage, loss, unexplained actions, blind ' +
    'rules and open findings. Missing data never passes a gate. The answer becomes a ledger ' +
    'entry and states what the wave needs to continue.',
  scope: 'gates:evaluate',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    file: field(z.string().min(1).optional(), 'the gate, as YAML', { value: 'file', isPath: true }),
    text: field(
      z.string().max(GATE_CHARACTERS_MAX).optional(),
      'the gate, as YAML, for a caller whose files are elsewhere',
      { isForRemote: true },
    ),
  }),
  output: z.strictObject({
    gate: z.string(),
    wave: z.string(),
    window: z.strictObject({ from: z.string(), to: z.string() }),
    answer: z.enum(['yes', 'no', 'unknown']),
    asOf: watermarkSchema,
    conditions: z.array(
      z.strictObject({
        condition: z.enum(['coverage', 'loss', 'residual', 'blind', 'findings']),
        requires: z.string().min(1),
        found: z.array(z.string()),
        answer: z.enum(['yes', 'no', 'unknown']),
        asOf: watermarkSchema,
        because: z.array(reasonSchema).optional(),
        evidence: z.array(evidenceRefSchema).optional(),
        wouldDecide: z.array(observationSchema).optional(),
      }),
    ),
    resume: z.array(z.string()),
    limits: z.array(reasonSchema),
    entry: z.int(),
  }),
  examples: [
    {
      summary: 'Evaluate the gate of the second wave',
      input: { file: '/etc/countersign/wave-2.yaml' },
      commandLine: 'gate /etc/countersign/wave-2.yaml',
      needs: 'files',
    },
  ],
  async run(context, input) {
    const { parseGate } = await import('../../rollout/gate-file.ts');
    const { answerGate } = await import('../../rollout/gate.ts');
    const given = await givenGate(input);
    const file = parseGate(given);
    const sources = await context.readers.sources();
    const head = await sources.examined();
    const asked = await inputOf(context, file, { ...sources, head });
    const answer = answerGate(asked);
    const { origin, size, root } = head;
    const window = { from: timeOf(asked.fromMs), to: timeOf(asked.toMs) };
    const said = {
      file: createHash('sha256').update(given.text).digest('hex'),
      text: given.text,
      wave: file.wave,
      window,
      ledger: { origin, size, root },
      ...answerItem(answer),
    };
    const { gate, wave } = file;
    const { entry } = await context.perform(recordGate, { gate, said });
    return {
      output: { gate, wave, window, ...answerItem(answer), entry },
      view: { file, answer, entry },
      conclusion: answerConclusion(answer.answer),
    };
  },
};

/** @throws OperationError INVALID_INPUT without a gate */
async function givenGate({ file, text }: GateQuestion): Promise<SourceText> {
  if (text !== undefined && file === undefined) return { file: 'gate', text };
  if (file === undefined) {
    throw invalidInput('no gate was given. Name a gate file, such as wave-2.yaml');
  }
  if (text !== undefined) throw invalidInput('two gates were given: give a file or its text');
  const { readConfigFile } = await import('@countersign/yaml-document');
  return readConfigFile(file);
}

async function inputOf(
  { clock }: OperationContext,
  file: GateFile,
  sources: Sources,
): Promise<GateInput> {
  const { authorizationsOf } = await import('../../reconcile/actions/authorization-source.ts');
  const { ActionReconciler } = await import('../../reconcile/actions/action-reconciler.ts');
  const { store, head } = sources;
  const toMs = clock.now() - file.behindMs;
  const fromMs = toMs - file.windowMs;
  const tenant = file.tenants.length === 1 ? file.tenants[0] : undefined;
  const authorizations = await authorizationsOf(sources);
  await using reconciler = new ActionReconciler(store, {
    authorizations,
    coverage: store.coverage(),
  });
  const scope = { kind: 'period', fromMs, toMs } as const;
  const tenants = file.tenants.length === 0 ? undefined : file.tenants;
  const nowMs = clock.now();
  const { found, limits } = await healthsOfAnswer(sources, { scope, tenants, nowMs });
  const isAsked = (of: string): boolean => file.tenants.length === 0 || file.tenants.includes(of);
  return {
    file,
    asOf: head.asOf,
    fromMs,
    toMs,
    nowMs: clock.now(),
    coverage: store
      .coverageOf({ fromMs, toMs }, head)
      .facts.filter((fact) => fact.tenant === '*' || isAsked(fact.tenant)),
    findings: store.findings.list().filter(({ draft }) => isAsked(draft.tenant)),
    reconciliation: await reconciler.totals({ fromMs, toMs, tenant }),
    rules: found.map(ruleHealth),
    limits,
  };
}

function ruleHealth({ profile, health }: DetectorHealth): RuleHealth {
  const { state, because, incomplete } = health;
  const { title: rule, severityMax } = profile;
  return { rule, state, severityMax, because: because ?? '', incomplete };
}

/** An answer among other members: its kind is in `answer`. */
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

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
