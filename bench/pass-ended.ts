import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkouts, countersign, mainFile } from './countersign.ts';
import { quantile } from './door-client.ts';
import { type BenchOptions, type Figure, interleaved, type Variant } from './harness.ts';

const PASSES = { short: 100, long: 1000 } as const;
const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const SESSION_REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const TOKENS = { tool: 'bench-tool', receiver: 'bench-receiver' };

const UNITS = {
  'changed to received, p50': 'ms',
  'changed to received, p99': 'ms',
  'ended to received, p50': 'ms',
  'ended to received, p99': 'ms',
};

/**
 * One person after the other is at risk all at once, in the file that the doors follow. From that
 * moment, and from the moment that the ledger states for the end of the pass, to the event in the
 * hands of a receiver in another process: each end and each event is durable in between.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const variants = checkouts(options).map(
    ({ name, root }): Variant => ({ name, units: UNITS, measure: () => measured(root, options) }),
  );
  return interleaved(variants, options);
}

async function measured(
  root: string,
  { folder, size, form }: BenchOptions,
): Promise<Record<keyof typeof UNITS, number>> {
  const dir = join(folder, 'pass-ended');
  rmSync(dir, { recursive: true, force: true });
  const count = size ?? PASSES[form];
  const receiver = await Receiver.start();
  const node = await Node.start(root, dir, count, receiver.origin);
  const changed = new Map<string, number>();
  try {
    await node.post('/ssf/streams', TOKENS.receiver, {
      delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: `${receiver.origin}/events` },
      events_requested: [SESSION_REVOKED],
    });
    const passes = await node.signInAll(count);
    for (const [at, pass] of passes.entries()) {
      changed.set(pass, Date.now());
      node.write(count, at + 1);
      await receiver.received(pass);
    }
  } finally {
    await node.stop();
    await receiver.stop();
  }
  const { stdout } = await countersign(root, ['passes', 'list', '--all', '--data', dir, '--json']);
  const ended = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly id: string; readonly closedMs: number });
  const gaps = (from: (id: string) => number): Float64Array =>
    Float64Array.from([...receiver.at].map(([id, atMs]) => atMs - from(id)));
  const fromChange = gaps((id) => changed.get(id) ?? Number.NaN);
  const closed = new Map(ended.map(({ id, closedMs }) => [id, closedMs]));
  const fromEnd = gaps((id) => closed.get(id) ?? Number.NaN);
  return {
    'changed to received, p50': quantile(fromChange, 0.5),
    'changed to received, p99': quantile(fromChange, 0.99),
    'ended to received, p50': quantile(fromEnd, 0.5),
    'ended to received, p99': quantile(fromEnd, 0.99),
  };
}

/** Takes events, and notes when each came. */
class Receiver {
  readonly origin: string;
  readonly at = new Map<string, number>();
  readonly #server: Server;
  #wake: (() => void) | undefined;

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Receiver(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.at.set(sessionIn(Buffer.concat(chunks).toString('latin1')), Date.now());
        response.writeHead(202).end();
        this.#wake?.();
      });
    });
  }

  async received(pass: string): Promise<void> {
    while (!this.at.has(pass)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** That it verifies is for tests: here it is the time that counts. */
function sessionIn(set: string): string {
  const claims = JSON.parse(Buffer.from(set.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
    readonly sub_id: { readonly session: { readonly id: string } };
  };
  return claims.sub_id.session.id;
}

class Node {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #people: string;

  static async start(root: string, dir: string, people: number, origin: string): Promise<Node> {
    const file = `${dir}-people.yaml`;
    writeFileSync(file, directory(people, 0));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(`${dir}.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(`${dir}.yaml`, configuration(dir, file, origin));
    const args = ['serve', '--config', `${dir}.yaml`, '--data', dir, '--json'];
    const env = {
      ...process.env,
      BENCH_TOOL: sha256(TOKENS.tool),
      BENCH_RECEIVER: sha256(TOKENS.receiver),
    };
    const child = spawn(process.execPath, [mainFile(root), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    if (first.done === true) throw new Error('serve did not start');
    return new Node(child, (JSON.parse(first.value) as { doors: string }).doors, file);
  }

  private constructor(child: ChildProcess, url: string, people: string) {
    this.#child = child;
    this.#url = url;
    this.#people = people;
  }

  write(people: number, atRisk: number): void {
    writeFileSync(this.#people, directory(people, atRisk));
  }

  async post(path: string, token: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.json();
  }

  async signInAll(count: number): Promise<readonly string[]> {
    const evaluations = Array.from({ length: count }, (_, n) => ({
      subject: { type: 'user', id: `person-${n}` },
    }));
    const { evaluations: answers } = (await this.post('/access/v1/evaluations', TOKENS.tool, {
      action: { name: 'signIn' },
      resource: { type: 'suite', id: TENANT },
      context: { factor: 'multi' },
      evaluations,
    })) as { evaluations: { context: { pass: { id: string } } }[] };
    return answers.map(({ context }) => context.pass.id);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

function directory(people: number, atRisk: number): string {
  const lines = Array.from({ length: people }, (_, n) => {
    const risk = n < atRisk ? 'high' : 'none';
    const said = `kind: member, enabled: true, risk: ${risk}, groups: [all], roles: []`;
    return `  - { id: person-${n}, ${said} }`;
  });
  return `tenant: ${TENANT}
people:
${lines.join('\n')}
groups: [{ id: all }]
waves: [{ id: pilot, state: open, groups: [all] }]
`;
}

function configuration(dir: string, people: string, origin: string): string {
  return `listen: 127.0.0.1:0
doors:
  listen: 127.0.0.1:0
  url: https://pdp.example.com
  directory: [${people}]
  tools:
    - name: bench
      tokenHash: { env: BENCH_TOOL }
      tenant: ${TENANT}
      door: eam
      passFor: 8h
      resources: [{ type: suite }]
  events:
    signingKeys: [${dir}.pem]
    receivers:
      - name: elsewhere
        tokenHash: { env: BENCH_RECEIVER }
        audience: https://elsewhere.example.com
        pushTo: [${origin}]
`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
