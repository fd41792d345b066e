import { parseYaml, type SourceText } from '@countersign/yaml-document';
import { z } from 'zod';
import { NAME_CHARACTERS_MAX } from '../limits.ts';
import {
  type EnforcementPoint,
  type EnforcementPointDefinition,
  enforcementPointOf,
} from './enforcement-point.ts';

/** Doors of the company's own tools, beside those that are built: what each can state. */
export function parseEndpointFile(file: SourceText): readonly EnforcementPoint[] {
  const { doors } = parseYaml(file, endpointsSchema());
  return doors.map(enforcementPointOf);
}

type EndpointsFile = { readonly doors: readonly EnforcementPointDefinition[] };

function endpointsSchema(): z.ZodType<EndpointsFile> {
  const text = z.string().trim().min(1).max(NAME_CHARACTERS_MAX);
  const input = text.regex(
    /^(?:principal|resource|context)\.\w+$/,
    'is no input: write it as principal.role, resource.status or context.address',
  );
  const endpoint = z.strictObject({
    name: text,
    sentence: text,
    when: z.enum(['before', 'after']).default('before'),
    supplies: z.array(input),
    types: z.record(text, text).default({}),
  });
  return z.strictObject({ doors: z.array(endpoint) });
}
