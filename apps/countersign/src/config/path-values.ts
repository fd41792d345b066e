import { quoted } from '@countersign/core';
import { z } from 'zod';
import type { ConfigEnvironment } from './config-environment.ts';
import type { SecretPlace } from './config-values.ts';
import { refuse } from './scalar-values.ts';

/** Schemas for files and variables. Each checks the path where the configuration names it. */

export function secretPlace(world: ConfigEnvironment): z.ZodType<SecretPlace> {
  return z
    .strictObject({ file: existingFile(world).optional(), env: environment(world).optional() })
    .transform((place, context): SecretPlace => oneOf(context, place));
}

export function oneOf(
  context: z.RefinementCtx,
  { file, env }: { readonly file?: string | undefined; readonly env?: string | undefined },
): SecretPlace {
  if ((file === undefined) === (env === undefined)) {
    return refuse(context, 'needs file or env: name where the secret is');
  }
  return file === undefined ? { env: env ?? '' } : { file };
}

/** Returns the absolute path. */
export function existingFile(world: ConfigEnvironment): z.ZodType<string> {
  return existing(world, 'file', 'is not a file');
}

/** A file that does not have to exist yet. */
export function fileToMake(world: ConfigEnvironment): z.ZodType<string> {
  return toMake(world, 'file', 'is not a file');
}

/** A folder that does not have to exist yet. */
export function folderToMake(world: ConfigEnvironment): z.ZodType<string> {
  return toMake(world, 'other', 'is not a folder');
}

function toMake(
  world: ConfigEnvironment,
  wanted: 'file' | 'other',
  isNot: string,
): z.ZodType<string> {
  return z.string().transform((text, context) => {
    const path = world.resolve(text);
    const kind = world.kindOf(path);
    if (kind === wanted || kind === 'missing') return path;
    return refuse(context, `${quoted(path)} ${isNot}: check the path`);
  });
}

export function existingFolder(world: ConfigEnvironment): z.ZodType<string> {
  return existing(world, 'other', 'is not a folder');
}

function existing(
  world: ConfigEnvironment,
  wanted: 'file' | 'other',
  isNot: string,
): z.ZodType<string> {
  return z.string().transform((text, context) => {
    const path = world.resolve(text);
    const kind = world.kindOf(path);
    if (kind === wanted) return path;
    const what = kind === 'missing' ? 'does not exist' : isNot;
    return refuse(context, `${quoted(path)} ${what}: check the path`);
  });
}

/**
 * The name of a variable. Errors do not repeat it: an operator may have pasted the secret itself.
 */
export function environment(world: ConfigEnvironment): z.ZodType<string> {
  return z.string().transform((text, context) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) {
      return refuse(context, 'is not the name of a variable: write it as MY_SECRET');
    }
    if ((world.env[text] ?? '').trim() !== '') return text;
    return refuse(context, 'the variable of this name is not set: set it before the start');
  });
}
