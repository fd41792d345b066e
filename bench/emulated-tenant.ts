import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EmulatorReport, EmulatorRequest } from './emulator-process.ts';

/** An emulated tenant in another process, until it is disposed. */
export type EmulatedTenant = AsyncDisposable & { readonly report: EmulatorReport };

export async function emulatedTenant(asked: EmulatorRequest): Promise<EmulatedTenant> {
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
    report: JSON.parse(first.value) as EmulatorReport,
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
