import { z } from 'zod';
import { VALUE_FORMS } from './field-form.ts';
import type { KindShape } from './record-form-table.ts';

/** What the emulator makes. `npm run describe` writes the file. */
export type Description = {
  /** The command that reproduces it. */
  readonly made: string;
  readonly kinds: readonly KindShape[];
  readonly delays: readonly Delays[];
  /** Error codes of its replies. */
  readonly errors: readonly string[];
};

/** Time from an event until its record is available. */
export type Delays = {
  /** A source, or a prefix of several: `m365.activity/`. */
  readonly source: string;
  readonly n: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

const DELAYS: z.ZodType<Delays> = z.strictObject({
  source: z.string(),
  n: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
});

/** Fields are written as `[path, form, form …]`, so that each takes one line. */
const KIND = z
  .strictObject({
    family: z.string(),
    kind: z.string(),
    records: z.number().int(),
    fields: z.array(z.tuple([z.string()], z.enum(VALUE_FORMS))),
  })
  .transform(({ fields, ...kind }): KindShape => {
    return { ...kind, fields: fields.map(([field, ...forms]) => ({ field, forms })) };
  });

const DESCRIPTION: z.ZodType<Description> = z.strictObject({
  made: z.string(),
  kinds: z.array(KIND),
  delays: z.array(DELAYS),
  errors: z.array(z.string()),
});

/** @throws ZodError: Countersign ships the file, so an invalid one is a bug. */
export function parseDescription(text: string): Description {
  return DESCRIPTION.parse(JSON.parse(text));
}

export function descriptionText(description: Description): string {
  const { kinds, ...rest } = description;
  const written = kinds.map(({ fields, ...kind }) => {
    const lines = fields.map(({ field, forms }) => `    ${JSON.stringify([field, ...forms])}`);
    const head = JSON.stringify(kind).slice(0, -1);
    return `  ${head},"fields":[\n${lines.join(',\n')}\n  ]}`;
  });
  const head = JSON.stringify(rest).slice(0, -1);
  return `${head},\n"kinds":[\n${written.join(',\n')}\n]}\n`;
}
