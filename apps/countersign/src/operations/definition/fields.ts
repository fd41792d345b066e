import { CountersignError, instant } from '@countersign/core';
import type { SourceText } from '@countersign/yaml-document';
import { z } from 'zod';

/** Facts about a member of an input that adapters need besides its type. */
export type FieldMeta = {
  /** The placeholder of its value: `file`, `time`. */
  readonly value?: string;
  /** A path on the machine that runs the operation. Adapters make it absolute. */
  readonly isPath?: true;
  /**
   * The content of a file: an adapter with a file system takes a path and reads it.
   *
   * - `text`, `json`  as it is, or parsed
   * - `source`        a {@link sourceText}
   * - `bytes`         {@link bytes}; an adapter reads no more than `bytesMax` and one byte
   */
  readonly isFileOf?: 'text' | 'json' | 'source' | 'bytes';
  readonly bytesMax?: number;
  /** `-` stands for the text of standard input, where an adapter has that. */
  readonly isTextOrStdin?: true;
  /** Stands for files of the caller: only for adapters that cannot name a path. */
  readonly isForRemote?: true;
  /** Not offered to callers: one process sets it for another. */
  readonly isInternal?: true;
};

/** The schemas of the members of an input. */
export type Fields<Input> = { readonly [Member in keyof Input]-?: z.ZodType<Input[Member]> };

/** A member of an input and its help text. */
export function field<T>(
  schema: z.ZodType<T>,
  description: string,
  meta: FieldMeta = {},
): z.ZodType<T> {
  return schema.meta({ description, ...meta });
}

/** A text and the name of its file, for messages about the text. */
export const sourceText: z.ZodType<SourceText> = z.strictObject({
  file: z.string(),
  text: z.string(),
});

/** Bytes; base64 if the input is JSON. */
export const bytes: z.ZodType<Uint8Array> = z.union([
  z.instanceof(Uint8Array),
  z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64'))),
]);

/** A time in the normal form. A date alone is its first instant, UTC. */
export const instantText: z.ZodType<string> = z.string().transform((text, context) => {
  try {
    return instant(text);
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

const INDEX = /^#?(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})$/;
const NO_INDEX = 'Give the index of an entry: 0 or a higher whole number.';

/** The index of an entry: a number, or in any printed form: `3370`, `3,370` or `#3370`. */
export const entryIndex: z.ZodType<number> = z.union([
  z.int().min(0),
  z
    .string()
    .regex(INDEX, NO_INDEX)
    .transform((text) => indexOf(text)),
]);

/** An entry, with the origin of its log if given. */
export type EntryReference = { readonly index: number; readonly origin?: string | undefined };

/** An entry by its index, or as `countersign.local/1a2b#3370`. */
export const entryReference: z.ZodType<EntryReference> = z.union([
  z.strictObject({ index: z.int().min(0), origin: z.string().optional() }),
  z
    .int()
    .min(0)
    .transform((index): EntryReference => ({ index })),
  z.string().transform((text, context): EntryReference => {
    const at = text.lastIndexOf('#');
    const number = at <= 0 ? text.trim() : text.slice(at);
    if (!INDEX.test(number)) {
      context.addIssue({ code: 'custom', message: NO_INDEX });
      return z.NEVER;
    }
    const index = indexOf(number);
    return at <= 0 ? { index } : { index, origin: text.slice(0, at).trim() };
  }),
]);

function indexOf(text: string): number {
  return Number(text.replaceAll(/[#,]/g, ''));
}
