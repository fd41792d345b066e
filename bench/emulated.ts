import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EmulatedAsk, EmulatedTold } from './emulator-process.ts';

/** An emulated tenant in another process, until it is left. */
export type EmulatedTenant = AsyncDisposable & { readonly told: EmulatedTold };

export async function emulatedTenant(asked: EmulatedAsk): Promise<EmulatedTenant> {
  const file = join(import.meta.dirname, 'emulator-process.ts');
  const child = spawn(
    process.execPath,
    ['--max-old-space-size=8192', file, JSON.stringify(asked)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'close');
  const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (first.done === true) throw new Error('the emulator did not start');
  return {
    told: JSON.parse(first.value) as EmulatedTold,
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
