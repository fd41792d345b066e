import { z } from 'zod';
import type { ConfigEnvironment } from './config-environment.ts';
import type { SecretPlace } from './config-values.ts';
import { existingFile, secretPlace } from './path-values.ts';
import { root } from './scalar-values.ts';

/** The receiver of traces: OTLP over HTTP, with JSON. */
export type TracesConfig = {
  readonly url: string;
  /** Share of the traces that begin here and are recorded, 0 to 1. */
  readonly share: number;
  /** The value of the header Authorization. */
  readonly authorization?: SecretPlace | undefined;
  readonly authorityFile?: string | undefined;
};

export function tracesSchema(world: ConfigEnvironment): z.ZodType<TracesConfig> {
  return z.strictObject({
    url: root,
    share: z.number().min(0).max(1).default(1),
    authorization: secretPlace(world).optional(),
    authorityFile: existingFile(world).optional(),
  });
}
