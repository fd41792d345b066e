import { plural, type Reason, type Watermark } from '@countersign/core';
import type { Conclusion } from '../operations/definition/conclusion.ts';
import { entryUri } from './entry-uri.ts';
import {
  INNER_ROWS_MAX,
  PROSE_MAX,
  REASONS_MAX,
  RESULT_BYTES_MAX,
  RESULT_EVIDENCE_MAX,
} from './limits.ts';
import { type Projection, project } from './project-value.ts';
import { type Shape, schemaOfShape, UNTRUSTED_SCHEMA } from './shape.ts';
import type { Tool } from './tools.ts';
import { type PeopleView, type UntrustedText, untrusted, WITHHELD } from './untrusted-text.ts';

type FencedReason = { readonly code?: string; readonly text: UntrustedText };
type AnswerKind = 'yes' | 'no' | 'unknown';
type FencedAnswer = { readonly answer: AnswerKind; readonly because: readonly FencedReason[] };

/** The structured content of every tool. */
export type ToolResult = FencedAnswer & {
  readonly tool: string;
  /** Whether this is everything. `no`: rows were left out. `unknown`: records may be missing. */
  readonly complete: FencedAnswer;
  /** The watermark: the answer holds for the entries before it. */
  readonly asOf: Watermark;
  readonly rows: number;
  /** A list, or one document. Null: no data, because the answer is unknown. */
  readonly result: unknown;
  readonly evidence: readonly string[];
  readonly evidenceCount: number;
  /** What the limits left out. */
  readonly omitted: readonly string[];
  readonly notices: readonly UntrustedText[];
};

/** What an operation answered, before it is shown. */
export type OperationAnswer = {
  readonly conclusion: Conclusion;
  readonly asOf: Watermark;
  readonly notices: readonly string[];
} & (
  | { readonly kind: 'document'; readonly output: unknown }
  | { readonly kind: 'list'; readonly items: readonly unknown[]; readonly isCut: boolean }
  /** It threw "cannot tell". */
  | { readonly kind: 'none' }
);

/** Tells an answer within its limits. */
export function toolResult(
  { name: tool, shape }: Pick<Tool, 'name' | 'shape'>,
  answer: OperationAnswer,
  people: PeopleView,
): ToolResult {
  const { asOf, conclusion, notices } = answer;
  const body = bodyOf(shape, answer, people);
  const { answer: kind, because } = fencedAnswer(conclusion, people);
  const indices = [...body.evidence].sort((a, b) => a - b);
  return {
    tool,
    answer: kind,
    because,
    complete: completenessOf(answer, { isCut: body.omitted.length > 0, people }),
    asOf,
    rows: body.rows,
    result: body.result,
    evidence: indices.slice(0, RESULT_EVIDENCE_MAX).map((index) => entryUri(asOf.origin, index)),
    evidenceCount: indices.length,
    omitted: body.omitted,
    notices: notices.map((text) => fenced(text, people)),
  };
}

function fenced(text: string, people: PeopleView): UntrustedText {
  return people !== 'withheld' ? untrusted(text, PROSE_MAX) : WITHHELD;
}

function fencedReasons(because: readonly Reason[], people: PeopleView): FencedReason[] {
  const shown = because
    .slice(0, REASONS_MAX)
    .map(({ code, text }): FencedReason => ({ code, text: fenced(text, people) }));
  const left = because.length - shown.length;
  if (left <= 0) return shown;
  return [...shown, { text: { untrusted: `and ${plural(left, 'more reason', 'more reasons')}` } }];
}

function fencedAnswer(conclusion: Conclusion, people: PeopleView): FencedAnswer {
  switch (conclusion.kind) {
    case 'yes':
      return { answer: 'yes', because: [] };
    case 'no':
      return { answer: 'no', because: fencedReasons(conclusion.because ?? [], people) };
    case 'failed':
      return {
        answer: 'unknown',
        because:
          conclusion.because === undefined
            ? [{ text: fenced(conclusion.error.message, people) }]
            : fencedReasons(conclusion.because, people),
      };
  }
}

function completenessOf(
  { conclusion }: OperationAnswer,
  { isCut, people }: { readonly isCut: boolean; readonly people: PeopleView },
): FencedAnswer {
  if (isCut) {
    const text = untrusted('limits left something out: see "omitted"', PROSE_MAX);
    const missing = conclusion.kind === 'yes' ? (conclusion.missing ?? []) : [];
    return { answer: 'no', because: [{ code: 'cut', text }, ...fencedReasons(missing, people)] };
  }
  if (conclusion.kind === 'yes' && conclusion.missing !== undefined) {
    return { answer: 'unknown', because: fencedReasons(conclusion.missing, people) };
  }
  // A checked and negative answer is complete.
  return conclusion.kind === 'no'
    ? { answer: 'yes', because: [] }
    : fencedAnswer(conclusion, people);
}

type Body = {
  readonly result: unknown;
  readonly rows: number;
  readonly evidence: ReadonlySet<number>;
  readonly omitted: readonly string[];
};

function bodyOf(shape: Shape, answer: OperationAnswer, people: PeopleView): Body {
  const { asOf } = answer;
  switch (answer.kind) {
    case 'none':
      return { result: null, rows: 0, evidence: new Set(), omitted: [] };
    case 'document': {
      const one = within(answer.output, shape, { origin: asOf.origin, people }, RESULT_BYTES_MAX);
      return {
        result: one.shown,
        rows: one.shown === null ? 0 : 1,
        evidence: one.projection.evidence,
        omitted:
          one.shown === null && answer.output !== null ? [TOO_LARGE] : leftOut(one.projection),
      };
    }
    case 'list':
      return listBody(shape, answer, people);
  }
}

const TOO_LARGE = 'The result is larger than the limit. Ask for a shorter period.';

/** An empty list is null if the answer is unknown, so that no reader counts it as none. */
function listBody(
  shape: Shape,
  answer: OperationAnswer & { readonly kind: 'list' },
  people: PeopleView,
): Body {
  const { items, isCut, asOf, conclusion } = answer;
  const shown: unknown[] = [];
  const evidence = new Set<number>();
  const left = new Map<string, number>();
  let bytes = 0;
  for (const item of items) {
    const one = within(item, shape, { origin: asOf.origin, people }, RESULT_BYTES_MAX - bytes);
    if (one.shown === null) break;
    shown.push(one.shown);
    bytes += one.bytes;
    for (const index of one.projection.evidence) evidence.add(index);
    for (const [name, count] of one.projection.left) left.set(name, (left.get(name) ?? 0) + count);
  }
  const skipped = items.length - shown.length;
  const omitted = [
    ...(isCut ? [`More rows exist than the ${items.length} that were read. ${NARROW}`] : []),
    ...(skipped > 0 ? [`${plural(skipped, 'row')} did not fit into the result. ${NARROW}`] : []),
    ...leftOut({ left }),
  ];
  const isUnknown = conclusion.kind === 'failed' && items.length === 0;
  return { result: isUnknown ? null : shown, rows: shown.length, evidence, omitted };
}

const NARROW = 'Ask for a shorter period, or count with query_sql.';

/** Inner lists get shorter until the value fits. */
const INNER_ROWS = [INNER_ROWS_MAX, 5, 1, 0] as const;

function within(
  value: unknown,
  shape: Shape,
  of: Pick<Projection, 'origin' | 'people'>,
  bytesMax: number,
): { readonly shown: unknown; readonly bytes: number; readonly projection: Projection } {
  let projection: Projection = newProjection(of, INNER_ROWS_MAX);
  for (const innerMax of INNER_ROWS) {
    projection = newProjection(of, innerMax);
    const shown = project(value, shape, projection);
    const bytes = Buffer.byteLength(JSON.stringify(shown), 'utf8');
    if (bytes <= bytesMax) return { shown, bytes, projection };
  }
  return { shown: null, bytes: 0, projection: newProjection(of, 0) };
}

function newProjection(of: Pick<Projection, 'origin' | 'people'>, innerMax: number): Projection {
  return { ...of, evidence: new Set(), left: new Map(), innerMax };
}

function leftOut({ left }: Pick<Projection, 'left'>): string[] {
  return [...left].map(([name, count]) => `${plural(count, 'item')} of "${name}" left out.`);
}

const ANSWER_SCHEMA = { type: 'string', enum: ['yes', 'no', 'unknown'] } as const;

const REASONS_SCHEMA = {
  type: 'array',
  items: {
    type: 'object',
    properties: { code: { type: 'string' }, text: { $ref: '#/$defs/untrusted' } },
    required: ['text'],
    additionalProperties: false,
  },
} as const;

/** JSON Schema 2020-12 of the result of a tool. */
export function resultSchema(shape: Shape, kind: 'document' | 'list'): Record<string, unknown> {
  const shown = schemaOfShape(shape);
  const result = kind === 'list' ? { type: ['array', 'null'], items: shown } : shown;
  const properties = {
    tool: { type: 'string' },
    answer: {
      ...ANSWER_SCHEMA,
      description: '"unknown": it is unknown. Never report it as none or as fine.',
    },
    because: REASONS_SCHEMA,
    complete: {
      type: 'object',
      properties: { answer: ANSWER_SCHEMA, because: REASONS_SCHEMA },
      required: ['answer', 'because'],
    },
    asOf: {
      type: 'object',
      description: 'the answer holds for the entries of the ledger before `size`',
      properties: {
        origin: { type: 'string' },
        size: { type: 'integer' },
        at: { type: ['string', 'null'] },
      },
      required: ['origin', 'size', 'at'],
    },
    rows: { type: 'integer' },
    result,
    evidence: { type: 'array', items: { type: 'string', format: 'uri' } },
    evidenceCount: { type: 'integer' },
    omitted: { type: 'array', items: { type: 'string' } },
    notices: { type: 'array', items: { $ref: '#/$defs/untrusted' } },
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
    $defs: { untrusted: UNTRUSTED_SCHEMA },
  };
}
