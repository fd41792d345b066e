import { join } from 'node:path';
import { msOfInstant, type Reason } from '@countersign/core';
import type { SourceText } from '@countersign/yaml-document';
import { z } from 'zod';
import { contentFolder } from '../../config/installed-package.ts';
import type { EvictionReport } from '../../eviction/eviction-report.ts';
import type { QuestionResult } from '../../eviction/vendor-questionnaire.ts';
import type { ShortIds } from '../../reports/findings/short-ids.ts';
import { type Conclusion, firstDoubt, reasonsText, unknown } from '../definition/conclusion.ts';
import { field, instantText, sourceText } from '../definition/fields.ts';
import type { ListOperation } from '../definition/operation.ts';
import { knownIncidents } from '../readers/find-incident.ts';
import { shortIdsOf } from '../readers/finding-options.ts';
import { indexConclusion } from '../readers/readers.ts';
import { assessFromFindings } from './assess-eviction.ts';
import { footholdItem, lineageItem } from './foothold-items.ts';
import { footholdSchema } from './foothold-schema.ts';

type EvictionInput = {
  readonly since?: string | undefined;
  readonly incident?: string | undefined;
  readonly tainted?: readonly string[] | undefined;
  readonly without?: readonly string[] | undefined;
  readonly answers?: SourceText | undefined;
};

/** The evidence of the footholds as a whole. */
export type EvictionView = {
  readonly report: EvictionReport;
  readonly sinceMs: number;
  readonly shortIds: ShortIds;
  readonly limits: readonly Reason[];
  /** Questions to the vendor, with the value of each answer. */
  readonly questions: readonly QuestionResult[];
};

export const evaluateEviction: ListOperation<EvictionInput, object, EvictionView> = {
  name: 'eviction',
  summary: 'are the intruders out? one answer for each of 44 footholds',
  description:
    'Starts from the findings and follows everything that the intruders created, granted or ' +
    'changed since. For each foothold, it answers "open" or "cannot tell", and says what ' +
    'would decide it. It never answers "out", because it does not read live state yet.',
  scope: 'eviction:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    since: field(
      instantText.optional(),
      'the earliest possible time of the intrusion (default: the time of the first finding)',
      { value: 'time' },
    ),
    incident: field(
      z.string().optional(),
      'start only from the findings of this incident: its id, or the id of one of its findings',
      { value: 'id' },
    ),
    tainted: field(
      z.array(z.string()).optional(),
      'treat this as under their control: user:NAME, app:ID, session:ID or ip:ADDRESS',
      { value: 'what' },
    ),
    without: field(
      z.array(z.string()).optional(),
      'answer as if this finding were a false alarm: its id',
      { value: 'finding' },
    ),
    answers: field(sourceText.optional(), "the vendor's answers, as YAML or JSON", {
      value: 'file',
      isFileOf: 'source',
    }),
  }),
  output: footholdSchema,
  examples: [
    {
      summary: 'Are the intruders of all severe findings out?',
      input: {},
      commandLine: 'eviction',
      runsOn: 'sample',
    },
    {
      summary: 'What is open if one finding is a false alarm?',
      input: { incident: 'dc026', without: ['56c97'] },
      commandLine: 'eviction --incident dc026 --without 56c97',
      runsOn: 'sample',
    },
    {
      summary: 'Check one incident, with an address that no finding names',
      input: { incident: 'dc026', tainted: ['ip:192.0.2.118'] },
      commandLine: 'eviction --incident dc026 --tainted ip:192.0.2.118',
      runsOn: 'sample',
    },
  ],
  async run(context, { since, incident, tainted = [], without = [], answers }) {
    const sources = await context.readers.sources();
    const questions = await questionsWith(answers);
    const { report, sinceMs, limits } = await assessFromFindings(context, sources, {
      ...{ incident, tainted, without },
      sinceMs: since === undefined ? undefined : msOfInstant(since),
    });
    const shortIds = await shortIdsOf(await knownIncidents(sources));
    return {
      view: { report, sinceMs, shortIds, limits, questions },
      conclude: async () => firstDoubt(indexConclusion(sources.head), conclusionOf(report)),
      async *[Symbol.asyncIterator]() {
        for (const [at, foothold] of report.footholds.entries()) {
          const item = footholdItem(foothold, report, questions);
          yield at === 0 ? { ...item, ...lineageItem(report) } : item;
        }
      },
    };
  },
};

async function questionsWith(given: SourceText | undefined): Promise<QuestionResult[]> {
  const { parseAnswers, parseQuestions, answerQuestions } = await import(
    '../../eviction/vendor-questionnaire.ts'
  );
  const { readConfigFile } = await import('@countersign/yaml-document');
  const answers = given === undefined ? {} : parseAnswers(given);
  const path = join(contentFolder(), 'incident', 'vendor-questions.yaml');
  return answerQuestions(parseQuestions(readConfigFile(path)), answers);
}

/** Never a yes, as long as live state is not read back. */
function conclusionOf({ footholds }: EvictionReport): Conclusion {
  const open = footholds.flatMap(({ answer }) => (answer.kind === 'no' ? answer.because : []));
  if (open.length > 0) return { kind: 'no', because: open };
  const because = footholds.flatMap(({ answer }) =>
    answer.kind === 'unknown' ? answer.because : [],
  );
  return unknown(reasonsText(because));
}
