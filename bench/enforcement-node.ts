import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { mainFile } from './countersign.ts';
import type { load } from './http-load.ts';

const CONNECTIONS = 32;
const PEOPLE = 1000;
const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const TOKEN = 'bench-token';

type Ready = { readonly url: string; readonly enforcementUrl: string };

/** A `serve` with a thousand people and the default policies. */
export class EnforcementNode {
  readonly #child: ChildProcess;
  readonly #ready: Ready;

  static async start(root: string, dir: string): Promise<EnforcementNode> {
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
    return new EnforcementNode(child, JSON.parse(first.value) as Ready);
  }

  private constructor(child: ChildProcess, ready: Ready) {
    this.#child = child;
    this.#ready = ready;
  }

  /** The address of the API. */
  get url(): string {
    return this.#ready.url;
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
      url: this.#ready.enforcementUrl,
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
