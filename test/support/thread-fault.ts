import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';

/** Loaded before a program: its threads fail as the file `THREAD_FAULT` says, once it exists. */
export type ThreadFault = {
  /** The name of the thread's file without extension. */
  readonly thread: string;
  readonly fault: keyof typeof FAULTS;
};

// A library that a thread uses may end it.
const { exit: endThread } = process;

const FAULTS = {
  throw: (): void => {
    throw new Error('a defect that a test made');
  },
  exit: (): void => endThread(0),
  hang: (): void => {
    for (;;);
  },
  memory: (): void => {
    for (const filled: number[][] = []; ; )
      filled.push(Array.from({ length: 1e5 }, (_, n) => n / 7));
  },
};

const CHECK_EVERY_MS = 20;
const file = process.env.THREAD_FAULT ?? '';
if (!isMainThread) setInterval(check, CHECK_EVERY_MS).unref();

function check(): void {
  const wanted = readFault();
  if (wanted === undefined) return;
  if (!basename(process.argv[1] ?? '').startsWith(`${wanted.thread}.`)) return;
  writeFileSync(`${file}.begun`, '');
  FAULTS[wanted.fault]();
}

function readFault(): ThreadFault | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ThreadFault;
  } catch {
    // Half written. Without this, another thread than the named one would fail.
    return undefined;
  }
}
