import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { findChromium, launchChromium } from '../test/support/chromium.ts';
import { buildConsole } from './build-console.ts';
import { ROOT } from './testing/process.ts';

/**
 * Takes the pictures of the documentation from the demonstration, in light and dark, at 1440 and
 * 400 pixels.
 *
 *   npm run screenshots -- [--data FOLDER OF A DEMONSTRATION] [--to FOLDER]
 */

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    to: { type: 'string', default: join(ROOT, 'docs/images') },
  },
});

/** The views, with the name of their pictures. `INCIDENT` is the first incident of the queue. */
const VIEWS: readonly (readonly [name: string, path: string])[] = [
  ['today', '/today'],
  ['incidents', '/incidents'],
  ['incident', 'INCIDENT'],
  ['people', '/people'],
  ['access', '/access'],
  ['detections', '/detections'],
  ['coverage', '/coverage'],
  ['ledger', '/ledger'],
  ['inventory', '/inventory'],
];

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 400, height: 800 } } as const;

/** Charts draw after their data has arrived. */
const SETTLE_MS = 1500;

/** A page that is slower than this on a busy machine shows no answer. */
const ANSWER_MS = 120_000;

const PROGRAM = join(ROOT, 'apps/countersign/src/main.ts');

const own = values.data === undefined ? mkdtempSync(join(tmpdir(), 'countersign-pictures-')) : '';
const data = values.data ?? join(own, 'demo');
buildConsole();
if (own !== '') command(['demo', '--prepare', '--data', data]);
const { server, url } = await serve();
const chromium = findChromium();
if (chromium === undefined) throw new Error('there is no Chromium: install it');
const browser = await launchChromium(chromium, []);
try {
  await takeAll(browser, await signIn());
} finally {
  await browser.close();
  server.kill('SIGTERM');
  if (own !== '') rmSync(own, { recursive: true });
}

async function takeAll(browser: Browser, cookie: string): Promise<void> {
  mkdirSync(values.to, { recursive: true });
  const { nowMs } = JSON.parse(readFileSync(join(data, 'demo/demo.json'), 'utf8')) as {
    readonly nowMs: number;
  };
  let incident = '';
  for (const colors of ['light', 'dark'] as const) {
    for (const size of ['wide', 'narrow'] as const) {
      const context = await browser.newContext({
        ...{ viewport: SIZES[size], colorScheme: colors, reducedMotion: 'reduce' },
        ...{ locale: 'en-US', timezoneId: 'UTC' },
      });
      context.setDefaultTimeout(ANSWER_MS);
      await context.addCookies([{ name: 'cs', value: cookie, url }]);
      const page = await context.newPage();
      await page.clock.setFixedTime(nowMs);
      for (const [name, path] of VIEWS) {
        await page.goto(`${url}${path === 'INCIDENT' ? incident : path}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.locator('.fui-Skeleton').first().waitFor({ state: 'detached' });
        await page.waitForTimeout(SETTLE_MS);
        if (name === 'incidents' && incident === '') {
          const first = page.locator('main a[href^="/incidents/"]').first();
          incident = (await first.getAttribute('href')) ?? '/incidents';
        }
        await page.screenshot({ path: join(values.to, `${name}-${size}-${colors}.png`) });
      }
      await context.close();
    }
  }
}

/** The demonstration of the folder, served. Resolves when it listens. */
async function serve(): Promise<{ readonly server: ChildProcess; readonly url: string }> {
  const server = spawn(
    process.execPath,
    [PROGRAM, 'demo', '--serve', '--port', '0', '--json', '--data', data],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of createInterface({ input: server.stdout })) {
    const found = /"url":"([^"]+)"/.exec(line)?.[1];
    if (found !== undefined) return { server, url: found };
  }
  throw new Error('the demonstration did not start');
}

/** An analyst sees most pages, and pseudonyms in place of names. */
async function signIn(): Promise<string> {
  const roles = ['analyst', 'administrator'].flatMap((role) => ['--role', role]);
  const { link } = JSON.parse(
    command(['operators', 'link', ...roles, '--data', data, '--json']),
  ) as { readonly link: string };
  const response = await fetch(`${url}/api/v1/sign-in/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ secret: new URL(link).hash.slice(1) }),
  });
  const [, value] = /^cs=([^;]+)/.exec(response.headers.getSetCookie()[0] ?? '') ?? [];
  if (value === undefined) throw new Error(`the link was refused: ${await response.text()}`);
  return value;
}

function command(args: readonly string[]): string {
  const { status, stdout } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`countersign ${args[0]} failed`);
  return stdout;
}
