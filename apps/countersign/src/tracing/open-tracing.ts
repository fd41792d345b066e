import { readFileSync } from 'node:fs';
import { type Random, systemClock } from '@countersign/core';
import { readSecret } from '@countersign/m365';
import type { TracesConfig } from '../config/traces-config.ts';
import { SpanBuffer, type SpanCounts } from './span-buffer.ts';
import { SpanExporter } from './span-exporter.ts';
import { Tracer } from './tracer.ts';

/** The traces of one thread. */
export type Tracing = {
  readonly tracer: Tracer;
  readonly counts: () => SpanCounts;
  /** Sends the last spans. */
  readonly close: () => Promise<void>;
};

/** Undefined without a configured receiver: then nothing is measured or kept. */
export function openTracing(
  config: TracesConfig | undefined,
  parts: {
    readonly thread: string;
    readonly version: string;
    readonly random: Random;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly tell: (because: string) => void;
  },
): Tracing | undefined {
  if (config === undefined) return undefined;
  const { url, share, authorization, authorityFile } = config;
  const buffer = new SpanBuffer();
  const exporter = new SpanExporter({
    ...{ ...parts, buffer, url },
    authorization: authorization && readSecret(authorization, parts.env).reveal(),
    authority: authorityFile === undefined ? undefined : readFileSync(authorityFile, 'utf8'),
  });
  const tracer = new Tracer({ buffer, clock: systemClock, random: parts.random, share });
  return { tracer, counts: () => buffer.counts, close: () => exporter.close() };
}
