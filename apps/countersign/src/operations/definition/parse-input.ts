import type { z } from 'zod';
import { invalidInput } from './errors.ts';

/**
 * @param nameOf the caller's name of a member: `--from` on the command line
 * @throws OperationError INVALID_INPUT with the name of the first invalid member
 */
export function parseInput<Input>(
  schema: z.ZodType<Input>,
  value: unknown,
  nameOf: (member: string) => string = (member) => member,
): Input {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const [member] = issue?.path ?? [];
  const message = (issue === undefined ? undefined : messageOf(issue)) ?? 'it has another form';
  if (member === undefined) throw invalidInput(message);
  throw invalidInput(`could not read ${nameOf(String(member))}: ${message}`);
}

/** For a member with several forms, the message of the matching form. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message;
  const custom = issue.errors.flat().find(({ code }) => code === 'custom');
  return custom?.message ?? issue.message;
}
