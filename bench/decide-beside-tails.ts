import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { countersign } from './countersign.ts';
import { EnforcementNode } from './enforcement-node.ts';
import { type BenchOptions, type Figure, interleaved, ROOT, type Variant } from './harness.ts';
import { load, quantile } from './http-load.ts';

export const MEASURES_THIS_ONLY = true;

const REQUESTS = { short: 4000, long: 40_000 } as const;
const TAILS = 10;
const EVENT_STREAMS = 1;

/** 32 connections then ask for a few hundred decisions a second, which is no overload. */
const PAUSE_MS = 50;

const UNITS = { alone: 'ms', beside: 'ms', ratio: '' };

/**
 * The p99 of single decisions while ten tails and one stream of a console receive every decision,
 * and without them. Each run measures both on one service, in alternate order.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const dir = join(options.folder, 'beside-tails');
  rmSync(dir, { recursive: true, force: true });
  const node = await EnforcementNode.start(ROOT, dir);
  try {
    const create = ['tokens', 'create', 'tails', '--expires', '1d', '--scope', 'feeds:read'];
    const { stdout } = await countersign(ROOT, [...create, '--data', dir, '--json']);
    const { secret } = JSON.parse(stdout) as { readonly secret: string };
    const p99 = async (requests: number): Promise<number> => {
      const { latenciesMs } = await load({ ...node.load(1), requests, pauseMs: PAUSE_MS });
      return quantile(latenciesMs, 0.99);
    };
    const requests = options.size ?? REQUESTS[options.form];
    const besideTails = async (): Promise<number> => {
      const readers = await TailReaders.start(node.url, secret);
      const beside = await p99(requests);
      await readers.stop();
      return beside;
    };
    await p99(Math.min(requests, REQUESTS.short));
    const variant: Variant = {
      ...{ name: 'p99 of a decision', checkout: 'here', units: UNITS },
      targets: { ratio: { atMost: 1.2 } },
      measure: async (at) => {
        const first = at % 2 === 0 ? await p99(requests) : undefined;
        const beside = await besideTails();
        const alone = first ?? (await p99(requests));
        return { alone, beside, ratio: beside / alone };
      },
    };
    return await interleaved([variant], options);
  } finally {
    await node.stop();
  }
}

/** The readers, in a process of their own. */
class TailReaders {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#child = child;
    this.#lines = lines;
  }

  static async start(url: string, token: string): Promise<TailReaders> {
    const script = join(import.meta.dirname, 'tail-readers-process.ts');
    const args = [script, url, token, String(TAILS), String(EVENT_STREAMS)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value } = await lines.next();
    if (value !== 'ready') throw new Error('the readers of tails did not start');
    return new TailReaders(child, lines);
  }

  /** @throws Error if one of them got nothing: it would have disturbed nothing */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    const { value } = await this.#lines.next();
    const octets = JSON.parse(String(value)) as readonly number[];
    const least = Math.min(...octets);
    if (octets.length !== TAILS + EVENT_STREAMS || least < REQUESTS.short) {
      throw new Error(`a tail got too little: ${String(value)} octets`);
    }
  }
}
