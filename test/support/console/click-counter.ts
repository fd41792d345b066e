import type { Page } from 'playwright-core';

/** Counts what a person does on a page: each press of a button of the mouse, and each Enter. */
export class ClickCounter {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Counts from now on, also after the page is loaded again. */
  static async on(page: Page): Promise<ClickCounter> {
    await page.evaluate(LISTEN);
    await page.addInitScript(LISTEN);
    return new ClickCounter(page);
  }

  async count(): Promise<number> {
    return Number(await this.#page.evaluate(`sessionStorage.getItem('${KEY}')`));
  }
}

const KEY = 'counted-clicks';

/** Evaluated in the page. Only what the browser itself reports counts. */
const LISTEN = `(() => {
  const add = (event) => {
    if (!event.isTrusted || (event.type === 'keydown' && event.key !== 'Enter')) return;
    sessionStorage.setItem('${KEY}', Number(sessionStorage.getItem('${KEY}')) + 1);
  };
  addEventListener('pointerdown', add, true);
  addEventListener('keydown', add, true);
})()`;
