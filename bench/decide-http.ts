import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkouts, countersign, mainFile } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved, type Variant } from './harness.ts';
import { load, quantile } from './http-load.ts';

const REQUESTS = { short: 20_000, long: 200_000 } as const;
const CONNECTIONS = 32;
const BATCH_EVALUATIONS = 100;
const PEOPLE = 1000;
const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const TOKEN = 'bench-token';

export const MEASURES_CHECKOUTS = true;

const TARGETS = { decisions: { atLeast: 8000 }, p99: { atMost: 10 } } as const;
const UNITS = {
  ...{ decisions: 'per s', p50: 'ms', p99: 'ms' },
  ...{ processor: 'µs/decision', client: 'µs/decision' },
};

/**
 * Decisions over HTTP with the default policies, each durable before the response: single ones on
 * 32 connections, and batches of a hundred. `processor` is the CPU time of the server's threads;
 * `client` is that of the client, which shares the machine's cores.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const variants = checkouts(options).flatMap(({ checkout, root }): Variant[] => [
    {
      ...{ name: 'single', checkout, units: UNITS, targets: TARGETS },
      measure: () => measured(root, options, 1),
    },
    {
      ...{ name: `batches of ${BATCH_EVALUATIONS}`, checkout, units: UNITS },
      targets: { decisions: { atLeast: 20_000 } },
      measure: () => measured(root, options, BATCH_EVALUATIONS),
    },
  ]);
  return interleaved(variants, options);
}

async function measured(
  root: string,
  { folder, size, form }: BenchOptions,
  evaluations: number,
): Promise<Record<keyof typeof UNITS, number>> {
  const dir = join(folder, 'enforcement');
  rmSync(dir, { recursive: true, force: true });
  const node = await Node.start(root, dir);
  try {
    const ask = async (requests: number) => load({ ...node.load(evaluations), requests });
    await ask(Math.ceil(2000 / evaluations));
    const requests = Math.ceil((size ?? REQUESTS[form]) / evaluations);
    const [before, ownBefore] = [node.cpuSeconds, process.cpuUsage()];
    const { seconds, latenciesMs } = await ask(requests);
    const cpu = node.cpuSeconds - before;
    const own = process.cpuUsage(ownBefore);
    const decisions = requests * evaluations;
    return {
      decisions: decisions / seconds,
      p50: quantile(latenciesMs, 0.5),
      p99: quantile(latenciesMs, 0.99),
      processor: (cpu / decisions) * 1e6,
      client: (own.user + own.system) / decisions,
    };
  } finally {
    await node.stop();
    await countersign(root, ['ledger', 'fsck', '--data', dir]);
  }
}

class Node {
  readonly #child: ChildProcess;
  readonly #url: string;

  static async start(root: string, dir: string): Promise<Node> {
    const config = `${dir}.yaml`;
    writeFileSync(`${dir}-people.yaml`, directory());
    writeFileSync(config, configuration(`${dir}-people.yaml`));
    const args = ['serve', '--config', config, '--data', dir, '--json'];
    const env = { ...process.env, BENCH_TOKEN: sha256(TOKEN) };
    const child = spawn(process.execPath, [mainFile(root), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    if (first.done === true) throw new Error('serve did not start');
    return new Node(child, (JSON.parse(first.value) as { enforcementUrl: string }).enforcementUrl);
  }

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  /** Of all its threads; NaN if the system does not report it. */
  get cpuSeconds(): number {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1] ?? '';
      const fields = stat.split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return Number.NaN;
    }
  }

  load(evaluations: number): Omit<Parameters<typeof load>[0], 'requests'> {
    const isBatch = evaluations > 1;
    const one = (n: number) => ({
      subject: { type: 'user', id: `person-${n % PEOPLE}` },
      action: { name: 'useApp' },
      resource: { type: 'app', id: 'ledger' },
      context: { factor: 'phishing-resistant', address: '198.51.100.7', device: 'laptop' },
    });
    const permits = isBatch ? /"decision":true/g : /^\{"decision":true/;
    return {
      url: this.#url,
      path: isBatch ? '/access/v1/evaluations' : '/access/v1/evaluation',
      token: TOKEN,
      connections: CONNECTIONS,
      body: (n) => {
        if (!isBatch) return JSON.stringify(one(n));
        const items = Array.from({ length: evaluations }, (_, at) => one(n * evaluations + at));
        return JSON.stringify({ evaluations: items });
      },
      check: (body) => {
        const found = isBatch ? body.match(permits)?.length : permits.test(body) ? 1 : 0;
        if (found !== evaluations) throw new Error(`not all was permitted: ${body.slice(0, 300)}`);
      },
    };
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

function directory(): string {
  const people = Array.from(
    { length: PEOPLE },
    (_, n) =>
      `  - { id: person-${n}, kind: member, enabled: true, risk: none, groups: [all], roles: [] }`,
  );
  return `tenant: ${TENANT}
people:
${people.join('\n')}
groups: [{ id: all }]
devices: [{ id: laptop, compliant: true, managed: true }]
apps: [{ id: ledger, sensitivity: sensitive }]
waves: [{ id: pilot, state: open, groups: [all] }]
`;
}

function configuration(people: string): string {
  return `listen: 127.0.0.1:0
enforcementPoints:
  listen: 127.0.0.1:0
  url: https://pdp.example.com
  directory: [${people}]
  tools:
    - name: bench
      tokenHash: { env: BENCH_TOKEN }
      tenant: ${TENANT}
      resources: [{ type: app }]
`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
