import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { countersignHere } from './command-here.ts';
import { start } from './command-line.ts';

export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** A `countersign serve` in its own process. */
export class ServerProcess {
  readonly url: string;
  /** Its report when every listener was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly child: ChildProcess;
  readonly log: LogLine[];
  /** Everything that it wrote to stderr. */
  readonly lines: readonly string[];
  readonly #ended: Promise<number | null>;
  readonly #dir: string;
  #token: Promise<string> | undefined;

  private constructor(
    dir: string,
    child: ChildProcess,
    ready: { readonly url: string } & Readonly<Record<string, unknown>>,
    lines: { readonly log: LogLine[]; readonly all: readonly string[] },
  ) {
    this.#dir = dir;
    this.child = child;
    this.url = ready.url;
    this.ready = ready;
    this.log = lines.log;
    this.lines = lines.all;
    this.#ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
  }

  /** Resolves when it listens. Its configuration must request a log in JSON. */
  static async start(
    dir: string,
    config: string,
    env: Record<string, string>,
  ): Promise<ServerProcess> {
    const child = start(['serve', '--config', config, '--data', dir, '--json'], { env });
    const log: LogLine[] = [];
    const all: string[] = [];
    assert.ok(child.stdout !== null && child.stderr !== null);
    createInterface({ input: child.stderr }).on('line', (line) => {
      all.push(line);
      if (line.startsWith('{')) log.push(JSON.parse(line) as LogLine);
    });
    const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await said.next();
    assert.ok(first.done !== true, `serve did not start: ${all.join('\n')}`);
    const ready = JSON.parse(first.value) as { url: string } & Record<string, unknown>;
    return new ServerProcess(dir, child, ready, { log, all });
  }

  /** The first matching line of the log, from before or from now on. */
  async logged(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.log.find(fits);
      if (found !== undefined) return found;
      assert.equal(this.child.exitCode, null, JSON.stringify(this.log));
      await pause(10);
    }
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers });
  }

  /** The JSON of an answer to a program with a token that may read. */
  async ask<Reply>(path: string): Promise<Reply> {
    const response = await this.get(path, { authorization: `Bearer ${await this.token()}` });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text) as Reply;
  }

  /** The secret of a token that may read events, findings and coverage. */
  token(): Promise<string> {
    this.#token ??= this.#createToken();
    return this.#token;
  }

  async #createToken(): Promise<string> {
    const scopes = ['coverage:read', 'events:read', 'findings:read'];
    // A name is used once, and some ledgers are used again.
    const name = `test-${randomUUID()}`;
    const { stdout, stderr } = await countersignHere([
      ...['tokens', 'create', name, '--expires', '1d', '--data', this.#dir, '--json'],
      ...scopes.flatMap((scope) => ['--scope', scope]),
    ]);
    assert.notEqual(stdout, '', stderr);
    return (JSON.parse(stdout) as { readonly secret: string }).secret;
  }

  /** Returns the exit code. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.#ended;
  }
}

/** A configuration of one tenant, whose services are all at `origin`. */
export function writeConfig(
  file: string,
  { origin, tenant, more = '' }: { origin: string; tenant: string; more?: string },
): void {
  const text = `listen: 127.0.0.1:0
log: json
${more}
tenants:
  - id: ${tenant}
    authority: ${origin}
    credentials:
      clientId: 66666666-7d2a-4f6b-9c3d-2e8a61f0b794
      secret: {env: SERVE_SECRET}
    collect:
      activityApi: {root: "${origin}", every: 1s}
`;
  writeFileSync(file, text);
}
