import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { demoFiles } from './company/demo-files.ts';

const STATE: z.ZodType<DemoState> = z.strictObject({
  v: z.literal(1),
  state: z.enum(['building', 'ready']),
  tenant: z.string(),
  people: z.int(),
  days: z.int(),
  startMs: z.int(),
  nowMs: z.int(),
});

/** What a demonstration says about its folder. */
export type DemoState = {
  readonly v: 1;
  readonly state: 'building' | 'ready';
  readonly tenant: string;
  readonly people: number;
  readonly days: number;
  readonly startMs: number;
  /** The company's present: the time at which a service over this folder continues. */
  readonly nowMs: number;
};

/**
 * - `empty`      there is nothing
 * - `ready`      a finished demonstration
 * - `unfinished` one that was interrupted, or of another version
 * - `foreign`    something else, which no demonstration may touch
 */
type DemoFolder =
  | { readonly kind: 'empty' | 'unfinished' | 'foreign' }
  | { readonly kind: 'ready'; readonly state: DemoState };

export function inspectFolder(dir: string): DemoFolder {
  if (!existsSync(dir) || readdirSync(dir).length === 0) return { kind: 'empty' };
  const file = stateFile(dir);
  if (!existsSync(file)) return { kind: 'foreign' };
  const read = STATE.safeParse(jsonOf(readFileSync(file, 'utf8')));
  if (!read.success || read.data.state === 'building') return { kind: 'unfinished' };
  return { kind: 'ready', state: read.data };
}

/** Empties the folder of an earlier demonstration, and marks it as one that is being built. */
export function beginFolder(dir: string, state: Omit<DemoState, 'v' | 'state'>): void {
  const { kind } = inspectFolder(dir);
  if (kind === 'foreign') throw new RangeError(`${dir} is no demonstration`);
  if (kind !== 'empty') rmSync(dir, { recursive: true });
  mkdirSync(demoFiles(dir).folder, { recursive: true });
  writeState(dir, { v: 1, state: 'building', ...state });
}

export function writeState(dir: string, state: DemoState): void {
  writeFileSync(stateFile(dir), `${JSON.stringify(state)}\n`, { mode: 0o600 });
}

function stateFile(dir: string): string {
  return join(demoFiles(dir).folder, 'demo.json');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut short when the machine stopped: the demonstration is unfinished.
    return undefined;
  }
}
