import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { countersign } from '../../command-line.ts';
import type { ServerProcess } from '../../server-process.ts';

/** The token of the program that asks for access. */
export const TOOL_TOKEN = 'token-1';

/** Between two requests of one caller. Each becomes a record of most feeds, for an hour. */
const ASK_EVERY_MS = 150;
const CALLERS = 2;
const MARK_EVERY_MS = 500;

const REQUEST = {
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id: 'record-1' },
};

/** What clients of the service saw, over all its lives. */
export class BusyService {
  /** The id of each permit that a caller got. */
  readonly permits: string[] = [];
  /** Changes of findings that the service confirmed. */
  marks = 0;
  readonly #marker: string;
  readonly #findings: readonly string[];

  private constructor(marker: string, findings: readonly string[]) {
    this.#marker = marker;
    this.#findings = findings;
  }

  static async create(dir: string): Promise<BusyService> {
    const scope = ['--scope', 'findings:write'];
    const create = ['tokens', 'create', 'marker', '--expires', '1d', '--data', dir, '--json'];
    const { stdout, stderr } = await countersign([...create, ...scope]);
    assert.notEqual(stdout, '', stderr);
    const { secret } = JSON.parse(stdout) as { readonly secret: string };
    return new BusyService(secret, await findingsOf(dir));
  }

  /** Asks for access, and changes findings, until the service is killed. */
  async use(serving: ServerProcess, isOver: () => boolean): Promise<void> {
    const callers = Array.from({ length: CALLERS }, () => this.#askRepeatedly(serving, isOver));
    await Promise.all([...callers, this.#markRepeatedly(serving, isOver)]);
  }

  /** Resolves when clients got so many more answers. */
  async progress(more: { readonly permits: number; readonly marks: number }): Promise<void> {
    const permits = this.permits.length + more.permits;
    const marks = this.marks + more.marks;
    while (this.permits.length < permits || this.marks < marks) await pause(5);
  }

  async #askRepeatedly(serving: ServerProcess, isOver: () => boolean): Promise<void> {
    const url = `${String(serving.ready['enforcementUrl'])}/access/v1/evaluation`;
    while (!isOver()) {
      const answer = await post(url, { token: TOOL_TOKEN, body: REQUEST });
      if (answer !== undefined) {
        const { decision, context } = answer as { decision: boolean; context: { id: string } };
        assert.equal(decision, true);
        this.permits.push(context.id);
      }
      await pause(ASK_EVERY_MS);
    }
  }

  /** A finding that is suppressed and then new again is news for people. */
  async #markRepeatedly(serving: ServerProcess, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const turn = Math.floor(this.marks / 2);
      const id = this.#findings[turn % this.#findings.length] ?? '';
      const body = { status: this.marks % 2 === 0 ? 'suppressed' : 'new', reason: `mark ${turn}` };
      const url = `${serving.url}/api/v1/findings/${id}`;
      const answer = await post(url, { token: this.#marker, body, method: 'PATCH' });
      if (answer !== undefined) this.marks++;
      await pause(MARK_EVERY_MS);
    }
  }
}

/** The answer, or undefined if the service ended before. */
async function post(
  url: string,
  { token, body, method = 'POST' }: { token: string; body: object; method?: string },
): Promise<unknown> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = { authorization: `Bearer ${token}`, 'content-type': type, 'if-match': '*' };
  try {
    const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function findingsOf(dir: string): Promise<string[]> {
  const { stdout } = await countersign(['findings', '--json', '--data', dir]);
  const findings = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly finding_info: { readonly uid: string } });
  assert.ok(findings.length > 0);
  return findings.map(({ finding_info }) => finding_info.uid);
}
