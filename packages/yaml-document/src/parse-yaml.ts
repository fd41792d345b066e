import type { z } from 'zod';
import { type DocumentProblem, invalidConfig } from './errors.ts';
import { problemsOf } from './schema-problems.ts';
import { readYaml, type YamlDocument } from './yaml-document.ts';

export type SourceText = { readonly file: string; readonly text: string };

/**
 * Reads any Countersign YAML file by its schema.
 * @throws DocumentError CONFIG_INVALID with every problem in it
 */
export function parseYaml<T>(
  { file, text }: SourceText,
  schema: z.ZodType<T>,
  crossCheck: (document: YamlDocument) => readonly DocumentProblem[] = () => [],
): T {
  const document = readYaml(file, text);
  const parsed = schema.safeParse(document.value);
  const problems = parsed.success ? [] : problemsOf(parsed.error.issues, document, schema);
  problems.push(...crossCheck(document));
  if (problems.length > 0 || !parsed.success) throw invalidConfig(problems);
  return parsed.data;
}
