import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type ChildResult = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** The maximum resident memory of any of its processes. */
  readonly peakBytes: number;
  /** Processor time of all its processes and threads. */
  readonly cpuSeconds: number;
};

type Usage = {
  readonly maxRSS: number;
  readonly userCPUTime: number;
  readonly systemCPUTime: number;
};

const USAGE_FOLDER = 'COUNTERSIGN_BENCH_USAGE';

/**
 * Every Node process of the child reports its resource use at its end. This also counts the
 * launcher's own child, on every system. A killed process reports nothing.
 */
const PRELOAD = `
import { isMainThread } from 'node:worker_threads';
import { writeFileSync } from 'node:fs';
const folder = process.env.${USAGE_FOLDER};
if (isMainThread && folder) process.on('exit', () => {
  writeFileSync(folder + '/' + process.pid, JSON.stringify(process.resourceUsage()));
});`;

/** Runs our own Node on `args`. */
export async function runChild(
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<ChildResult> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-usage-'));
  try {
    const preload = `--import=data:text/javascript,${encodeURIComponent(PRELOAD)}`;
    const env = {
      ...process.env,
      ...options.env,
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} ${preload}`.trim(),
      [USAGE_FOLDER]: folder,
    };
    const started = performance.now();
    const ended = await ending(args, { ...options, env });
    const seconds = (performance.now() - started) / 1000;
    const usages = readdirSync(folder).map(
      (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Usage,
    );
    const cpuMicros = usages.reduce((sum, u) => sum + u.userCPUTime + u.systemCPUTime, 0);
    const peakBytes = Math.max(0, ...usages.map((u) => u.maxRSS)) * 1024;
    return { ...ended, seconds, peakBytes, cpuSeconds: cpuMicros / 1e6 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ending(
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv },
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString();
      resolve({ code, stdout: text(stdout), stderr: text(stderr) });
    });
  });
}
