import { messageOf, type Reason } from '@countersign/core';
import { z } from 'zod';
import { NO, unknown, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';

const HEALTH_URL_DEFAULT = 'http://127.0.0.1:8480';

/** A health check of a container waits no longer. */
const HEALTH_MS_MAX = 5_000;

type HealthInput = { readonly url: string; readonly live: boolean };

export type HealthOutput = {
  readonly url: string;
  readonly kind: 'yes' | 'no' | 'unknown';
  readonly because: readonly Reason[];
};

export const askHealth: DocumentOperation<HealthInput, HealthOutput> = {
  name: 'health',
  summary: 'ask a running service whether it works',
  description:
    'Asks /api/v1/health of "countersign serve". Exits 0 for yes, 1 for no, 3 if it cannot be ' +
    'told, also if the service does not answer. With --live, every answer of the service is a yes.',
  scope: 'coverage:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    url: field(z.url().default(HEALTH_URL_DEFAULT), 'the address of the service', {
      value: 'url',
    }),
    live: field(z.boolean().default(false), 'only whether the service answers'),
  }),
  output: z.strictObject({
    url: z.string(),
    kind: z.enum(['yes', 'no', 'unknown']),
    because: z.array(z.strictObject({ code: z.string(), text: z.string() })),
  }),
  examples: [
    {
      summary: 'The health check of a container',
      input: { live: true },
      commandLine: 'health --live',
      needs: 'enforcement point',
    },
  ],
  async run({ signal }, { url, live }) {
    const { kind, because } = await healthAt(url, signal);
    const output: HealthOutput = { url, kind, because };
    const isDone = kind === 'yes' || (live && because[0]?.code !== NO_ANSWER);
    const text = because.map((reason) => reason.text).join('; ');
    return documentResult(output, isDone ? YES : kind === 'no' ? NO : unknown(text));
  },
};

const NO_ANSWER = 'no-answer';

/** 503 has a body too: the status alone does not tell `no` from `unknown`. */
async function healthAt(url: string, signal: AbortSignal): Promise<Omit<HealthOutput, 'url'>> {
  const at = new URL('/api/v1/health', url).href;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(HEALTH_MS_MAX)]);
    const reply = await fetch(at, { signal: limit, redirect: 'error' });
    return answerSchema.parse(await reply.json());
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    const text = `${at} does not answer: ${messageOf(cause ?? error)}`;
    return { kind: 'unknown', because: [{ code: NO_ANSWER, text }] };
  }
}

/** The service may state more than this version knows. */
const answerSchema: z.ZodType<Omit<HealthOutput, 'url'>> = z.object({
  kind: z.enum(['yes', 'no', 'unknown']),
  because: z.array(z.object({ code: z.string(), text: z.string() })).default([]),
});
