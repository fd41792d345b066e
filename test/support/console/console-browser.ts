import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { buildConsole } from '../../../tools/build-console.ts';
import { type RunningService, startSampleService } from '../api/running-service.ts';
import { findChromium, launchChromium } from '../chromium.ts';
import { countersignHere } from '../command-here.ts';

/** The sizes of the screens that every page is for. */
export const SIZES = {
  wide: { width: 1440, height: 900 },
  narrow: { width: 400, height: 800 },
} as const;

/** Longer than any answer on a busy machine. What takes longer will not come. */
const WAIT_MS = 60_000;

export type Visit = {
  /** Or several, with commas. Default: administrator. */
  readonly role?: string;
  /** Default: wide. */
  readonly size?: keyof typeof SIZES;
  /** Default: light. */
  readonly colors?: 'light' | 'dark';
  /** Of the browser. Default: UTC. */
  readonly timeZone?: string;
};

/** The console of a service, in a real browser. */
export class ConsoleBrowser implements AsyncDisposable {
  readonly service: RunningService;
  /** As browsers name it: cookies and passkeys belong to `localhost`. */
  readonly url: string;
  /** What pages reported to the developer's console: errors, and breaches of the policy. */
  readonly problems: string[] = [];
  readonly #browser: Browser;
  readonly #cookies = new Map<string, Promise<string>>();

  private constructor(service: RunningService, browser: Browser) {
    this.service = service;
    this.#browser = browser;
    const url = new URL(service.url);
    url.hostname = 'localhost';
    this.url = url.origin;
  }

  /**
   * Starts a service over the sample, and a browser. Skips the test if the machine has none.
   *
   * @param root a folder of the test
   */
  static async start(
    context: Pick<TestContext, 'skip'>,
    root: string,
    service: () => Promise<RunningService> = () => startSampleService(root),
  ): Promise<ConsoleBrowser | undefined> {
    const chromium = findChromium();
    if (chromium === undefined) {
      context.skip('no Chromium: install it, or name it in CHROMIUM');
      return undefined;
    }
    buildConsole();
    const [started, browser] = await Promise.all([service(), launchChromium(chromium, [])]);
    return new ConsoleBrowser(started, browser);
  }

  /** A page that shows `path`, for a person with a role. */
  async open(path: string, visit: Visit = {}): Promise<Page> {
    const context = await this.#context(visit);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.problems.push(`${path}: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      // A refusal of the service is an answer that the page shows, and so is its bad health.
      const isAnswer = /status of 4\d\d/.test(text) || message.location().url.endsWith('/health');
      if (message.type() === 'error' && !isAnswer) this.problems.push(`${path}: ${text}`);
    });
    await page.goto(`${this.url}${path}`);
    return page;
  }

  /** Everything that the page shows is accessible, as far as axe can tell (WCAG 2.2 AA). */
  async checkAccess(page: Page): Promise<void> {
    const { default: axe } = await import('axe-core');
    await page.evaluate(axe.source);
    const found = await page.evaluate(RUN_AXE);
    assert.deepEqual(found, [], page.url());
  }

  /** Writes a picture for a person to see, if COUNTERSIGN_SCREENSHOTS names a folder. */
  async picture(page: Page, name: string): Promise<void> {
    const folder = process.env['COUNTERSIGN_SCREENSHOTS'];
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.service.server.end();
    assert.deepEqual(this.problems, []);
  }

  async #context(visit: Visit) {
    const { role = 'administrator', size = 'wide', colors = 'light', timeZone = 'UTC' } = visit;
    const context: BrowserContext = await this.#browser.newContext({
      viewport: SIZES[size],
      colorScheme: colors,
      reducedMotion: 'reduce',
      locale: 'en-US',
      timezoneId: timeZone,
    });
    context.setDefaultTimeout(WAIT_MS);
    if (!this.#cookies.has(role)) this.#cookies.set(role, this.session(role));
    const value = await this.#cookies.get(role);
    await context.addCookies([{ name: 'cs', value: value as string, url: this.url }]);
    return context;
  }

  /** The cookie of a new session. Uses a one-time link as its page does. */
  async session(role: string): Promise<string> {
    const { stdout, stderr } = await countersignHere([
      ...['operators', 'link', '--data', this.service.dir, '--json'],
      ...role.split(',').flatMap((each) => ['--role', each]),
    ]);
    assert.notEqual(stdout, '', stderr);
    const { link } = JSON.parse(stdout) as { readonly link: string };
    const response = await fetch(`${this.url}/api/v1/sign-in/link`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.url },
      body: JSON.stringify({ secret: new URL(link).hash.slice(1) }),
    });
    assert.equal(response.status, 200, await response.text());
    const [, value] = /^cs=([^;]+)/.exec(response.headers.getSetCookie()[0] ?? '') ?? [];
    assert.ok(value !== undefined);
    return value;
  }
}

/**
 * Evaluated in the page: each broken rule with the elements that break it. Fluent UI marks the ends
 * of a list of tabs with elements that move the focus on at once, so no reader meets them.
 */
const RUN_AXE = `axe
  .run({ exclude: ['[data-tabster-dummy]'] }, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  })
  .then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`;
