import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { contentFolder } from '../../apps/countersign/src/config/installed-package.ts';
import { countersignHere } from '../support/command-here.ts';
import { ConsoleBrowser } from '../support/console/console-browser.ts';
import { ConsoleClient } from '../support/console/console-client.ts';
import { ENFORCEMENT_POINT, startService } from '../support/console/start-service.ts';
import { temporaryFolder } from '../support/folders.ts';
import { residentMebibytes } from '../support/server/memory-samples.ts';

const root = temporaryFolder('many-consoles');
const TOKEN = 'many-consoles-token';

const CONSOLES = 50;
/** Of them, in a browser. The others ask the same with the same client. */
const PAGES = 3;
/** How long they stay open. */
const OPEN_MS = 30_000;
const REFRESH_EVERY_MS = 10_000;

/** A console costs a stream and its last answers. */
const MEBIBYTES_PER_CONSOLE_MAX = 8;
/** Quiet machines need less than a second. This machine runs other tests. */
const PAGE_MS_MAX = 30_000;

test('50 open consoles', async (t: TestContext) => {
  await using browser = await ConsoleBrowser.start(t, root, async () => {
    const sample = join(contentFolder(), 'sample/export');
    const dir = join(root, 'data');
    const { code, stderr } = await countersignHere(['import', sample, '--data', dir, '--json']);
    assert.equal(code, 0, stderr);
    return startService(root, ENFORCEMENT_POINT, createHash('sha256').update(TOKEN).digest('hex'));
  });
  if (browser === undefined) return;
  const { server } = browser.service;
  const pid = server.child.pid ?? 0;
  const cookies: string[] = [];
  for (let n = PAGES; n < CONSOLES; n++) cookies.push(await browser.session('analyst'));
  const clients = cookies.map((cookie) => new ConsoleClient(browser.url, cookie));
  await clients[0]?.visitPages();
  const beforeMebibytes = residentMebibytes(pid);
  const decisions = new Decisions(String(server.ready['enforcementUrl']));
  try {
    const pages = await Promise.all(
      ['/today', '/incidents', '/coverage'].map((path) => browser.open(path, { role: 'analyst' })),
    );
    await Promise.all(clients.map((client) => client.open()));
    const endMs = performance.now() + OPEN_MS;
    const lives = clients.map(async (client, n) => {
      await pause((n * REFRESH_EVERY_MS) / CONSOLES);
      await client.visitPages();
      while (performance.now() < endMs) {
        await pause(REFRESH_EVERY_MS);
        await client.refresh();
      }
    });
    const whole = Promise.all(lives);
    // It is awaited below. Until then, its failure is not unhandled.
    whole.catch(() => undefined);
    const startMs = performance.now();
    const page = await browser.open('/today', { role: 'analyst' });
    await page.getByText('Something is wrong.').waitFor();
    const openMs = performance.now() - startMs;
    t.diagnostic(`console ${CONSOLES + 1} shows its answer after ${Math.round(openMs)} ms`);
    assert.ok(openMs < PAGE_MS_MAX, `${openMs} ms`);
    await whole;
    for (const each of [page, ...pages]) {
      assert.equal(await each.locator('main').getByRole('alert').count(), 0, each.url());
      await each.context().close();
    }
  } catch (cause) {
    // The log of a failure follows its reply.
    await pause(2000);
    const log = server.lines.filter((line) => !line.includes('"request"')).slice(-12);
    throw new Error(`the service logged ${log.join('\n')}`, { cause });
  } finally {
    await decisions.stop();
    for (const client of clients) client[Symbol.dispose]();
  }
  const statuses = new Map<number, number>();
  for (const client of clients) {
    for (const [status, count] of client.statuses) {
      statuses.set(status, (statuses.get(status) ?? 0) + count);
    }
  }
  t.diagnostic(`replies by status: ${JSON.stringify([...statuses])}`);
  assert.deepEqual([...statuses.keys()], [200]);
  const grownMebibytes = residentMebibytes(pid) - beforeMebibytes;
  t.diagnostic(`${beforeMebibytes} MiB, and ${grownMebibytes} MiB more with ${CONSOLES} consoles`);
  assert.ok(grownMebibytes < CONSOLES * MEBIBYTES_PER_CONSOLE_MAX, `${grownMebibytes} MiB`);
  t.diagnostic(
    `${decisions.count} decisions, the slowest in ${Math.round(decisions.slowestMs)} ms`,
  );
  assert.ok(decisions.count > 10, `${decisions.count} decisions`);
});

/** Asks the enforcement point all the time. Each request gets its decision. */
class Decisions {
  count = 0;
  slowestMs = 0;
  readonly #run: Promise<void>;
  #isOver = false;

  constructor(url: string) {
    this.#run = this.#ask(`${url}/access/v1/evaluation`);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#run;
  }

  async #ask(url: string): Promise<void> {
    while (!this.#isOver) {
      const askedMs = performance.now();
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          subject: { type: 'user', id: 'vivian' },
          action: { name: 'signIn' },
          resource: { type: 'suite', id: 'm365' },
          context: { factor: 'phishing-resistant', address: '198.51.100.7' },
        }),
      });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      assert.match(text, /^\{"decision":(true|false)/);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - askedMs);
      this.count++;
      await pause(50);
    }
  }
}
