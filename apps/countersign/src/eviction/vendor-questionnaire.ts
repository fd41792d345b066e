import { parseYaml, type SourceText } from '@countersign/yaml-document';
import { z } from 'zod';
import { QUESTIONS_MAX } from './limits.ts';

/** A question that only the vendor can answer. */
export type VendorQuestion = {
  readonly id: string;
  readonly question: string;
  readonly why: string;
};

/** The vendor's answer. Without evidence it is a claim and decides nothing. */
export type VendorAnswer = {
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly evidence?: string | undefined;
};

/** A question with the weight of its answer. */
export type QuestionResult = VendorQuestion & {
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly because: string;
};

/** @throws DocumentError CONFIG_INVALID */
export function parseQuestions(given: SourceText): readonly VendorQuestion[] {
  const schema = z.strictObject({ questions: z.array(QUESTION).max(QUESTIONS_MAX) });
  return parseYaml(given, schema).questions;
}

/** @throws DocumentError CONFIG_INVALID */
export function parseAnswers(given: SourceText): Readonly<Record<string, VendorAnswer>> {
  const schema = z.strictObject({ answers: z.record(ID, ANSWER) });
  const { answers } = parseYaml(given, schema);
  return Object.fromEntries(Object.entries(answers).map(([id, said]) => [id, answerOf(said)]));
}

/** Evaluates answers. An empty one stays unknown, and so does a "yes" or "no" without evidence. */
export function answerQuestions(
  questions: readonly VendorQuestion[],
  answers: Readonly<Record<string, VendorAnswer>>,
): QuestionResult[] {
  return questions.map((question) => {
    const { answer, evidence } = answers[question.id] ?? UNANSWERED;
    if (answer === 'unknown') {
      return { ...question, answer, because: 'the vendor has not answered it' };
    }
    if (evidence === undefined || evidence.trim() === '') {
      const because = `the vendor says ${answer} without evidence`;
      return { ...question, answer: 'unknown', because };
    }
    return { ...question, answer, because: `the vendor says so: ${evidence.trim()}` };
  });
}

const UNANSWERED: VendorAnswer = { answer: 'unknown' };

const TEXT = z.string().trim().min(1);
const ID = z.string().regex(/^[a-z][a-z-]*$/, 'is not an id: write lower-case letters and hyphens');
const QUESTION: z.ZodType<VendorQuestion> = z.strictObject({ id: ID, question: TEXT, why: TEXT });

/** YAML 1.2 reads a bare `yes` as text, and `true` as a boolean. */
const ANSWER = z.strictObject({
  answer: z.union([z.boolean(), z.enum(['yes', 'no', 'unknown', '']), z.null()]),
  evidence: z.string().optional(),
});

function answerOf({ answer, evidence }: z.infer<typeof ANSWER>): VendorAnswer {
  if (answer === true || answer === 'yes') return { answer: 'yes', evidence };
  if (answer === false || answer === 'no') return { answer: 'no', evidence };
  return { answer: 'unknown', evidence };
}
