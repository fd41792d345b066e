import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { pageDocument, pageSource } from '../../apps/console/src/evidence-page/page-shell.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { askJson, importHere } from '../support/account.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { countersign } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const CHANGES = IS_LONG ? 5000 : 200;
const chromium = findChromium();
const skip = 'there is no Chromium: install one (apt-get install chromium), or name it in CHROMIUM';
const root = temporaryFolder('evidence-page');
const data = join(root, 'data');
const file = join(root, 'case.html');

let vkey = '';
let bytes: Buffer;

before(async () => {
  const path = join(root, 'records.json');
  const hostile = '</script><script>alert(1)</script><!-- \u202e';
  const texts = Array.from({ length: 20 }, (_, n) => recordText(n, { ResultStatus: hostile }));
  writeFileSync(path, texts.map((text) => `${text}\n`).join(''));
  await importHere(data, path);
  ({ vkey } = await askJson<{ vkey: string }>(data, ['ledger', 'checkpoint']));
  const args = ['evidence', 'export', '3', '7', '--format', 'html', '-o', file];
  const { code, stderr } = await countersign([...args, '--data', data]);
  assert.equal(code, 0, stderr);
  bytes = readFileSync(file);
});

test('the command line verifies a page, and refuses it after any change', async () => {
  const changed = join(root, 'changed.html');
  const verify = async (path: string): Promise<number | null> => {
    return (await countersign(['evidence', 'verify', path, '--key', vkey])).code;
  };
  assert.equal(await verify(file), 0);
  // Letter case of a tag, the program.
  for (const [from, to] of [
    ['<html', '<HTML'],
    ['noble-ed25519', 'noble-ed25518'],
  ] as const) {
    const text = bytes.toString('utf8');
    assert.ok(text.includes(from));
    writeFileSync(changed, text.replace(from, to));
    assert.equal(await verify(changed), 1, from);
  }
});

test('the command line says that it does not know a program that it did not write', async () => {
  const text = bytes.toString('utf8');
  const data = /id="evidence">(.*?)<\/script>/.exec(text)?.[1] ?? '';
  const forged = join(root, 'forged.html');
  writeFileSync(forged, pageSource({ data, code: 'document.title="Verified."' }));
  const { code, stderr } = await countersign(['evidence', 'verify', forged, '--key', vkey]);
  assert.equal(code, 0, 'the evidence in it is whole');
  assert.match(stderr, /program in the page is not the one of this version/);
});

if (chromium === undefined) test('a page verifies itself in a browser', { skip }, () => undefined);
else
  describe('a page verifies itself in a browser, from a file', () => {
    let browser: Browser;
    let page: Page;

    before(async () => {
      browser = await launchChromium(chromium, []);
      page = await browser.newPage();
    });
    after(() => browser?.close());

    async function open(content: Buffer): Promise<void> {
      const path = join(root, 'opened.html');
      writeFileSync(path, content);
      await page.goto(pathToFileURL(path).href);
    }

    /** The answer on the page once the key is in; `none` if its program did not run. */
    function answer(key: string): Promise<string> {
      return page.evaluate(answerOnPage, key);
    }

    async function textOf(selector: string): Promise<string> {
      return (await page.locator(selector).textContent()) ?? '';
    }

    test('it cannot tell without a key, and verifies with the key of the log', async () => {
      await open(bytes);
      assert.equal(await answer(''), 'unknown');
      assert.match(await textOf('#verdict'), /Cannot tell whose log/);
      assert.equal(await answer(vkey), 'yes');
      // The import of the records is in the evidence too, begun and ended.
      assert.match(await textOf('#verdict'), /All 4 entries are in the log/);
      const steps = await page.locator('article').nth(1).locator('li').allInnerTexts();
      assert.equal(steps.length, 4, steps.join());
    });

    test('it shows hostile text of a record as text', async () => {
      await open(bytes);
      await answer('');
      const shown = await textOf('article:nth-of-type(2) pre');
      assert.match(shown, /<\/script><script>alert\(1\)/);
      assert.match(shown, /⟨U\+202E⟩/);
    });

    test('it answers no under the key of another log', async () => {
      await open(bytes);
      const other = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
      assert.equal(await answer(other), 'no');
      assert.equal(await answer('not a key'), 'no');
    });

    test('it takes the key from a file, and compares its own bytes with a file', async () => {
      await open(bytes);
      await page.locator('#key-file').setInputFiles({
        name: 'key.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from(`${vkey}\n`),
      });
      await page.locator('#verdict[data-answer=yes]').waitFor();
      const choose = async (buffer: Buffer): Promise<string | null> => {
        await page.locator('#whole-file').setInputFiles({ name: 'a', mimeType: 'a/b', buffer });
        await page.locator('#whole[data-answer]').waitFor();
        const result = await page.locator('#whole').getAttribute('data-answer');
        await page.evaluate("document.getElementById('whole').removeAttribute('data-answer')");
        return result;
      };
      assert.equal(await choose(bytes), 'yes');
      assert.equal(await choose(Buffer.from(bytes.toString('utf8').replace('<p ', '<P '))), 'no');
    });

    test(`it verifies after none of ${CHANGES} random changes`, async (t) => {
      const random = new SeededRandom(SEED);
      const counts: Record<string, number> = {};
      for (let round = 0; round < CHANGES; round++) {
        const changed = Buffer.from(bytes);
        const at = random.between(0, bytes.length - 1);
        changed[at] = (changed[at] as number) ^ random.between(1, 255);
        await open(changed);
        const found = await answer(vkey);
        assert.notEqual(found, 'yes', `byte ${at} is ${changed[at]}`);
        counts[found] = (counts[found] ?? 0) + 1;
      }
      t.diagnostic(JSON.stringify(counts));
    });

    test('it sees every change of its own markup but letter case and spaces of tags', async () => {
      const parts = { data: '"e"', code: 'p' };
      const source = pageSource(parts);
      await page.goto('about:blank');
      const unseen = await page.evaluate(unseenChanges, [source, pageDocument(parts)] as const);
      assert.ok(unseen.length > 0, 'the test tries changes that a browser does not keep');
      for (const [at, byte] of unseen) {
        // A browser does not run a program whose last tag is open: tested below.
        if (at === source.length - 1) continue;
        const was = source[at] ?? '';
        const now = String.fromCharCode(byte);
        const isCase = was.toLowerCase() === now.toLowerCase();
        const isSpace = was === ' ' && /[\t\n\f\r/]/.test(now);
        const inTag = /<[^<>]*$/.test(source.slice(0, at));
        assert.ok((isCase || isSpace) && inTag, `byte ${at}: ${was} to ${JSON.stringify(now)}`);
      }
      for (const last of [' ', '\t', '/', 'x']) {
        await open(Buffer.concat([bytes.subarray(0, -1), Buffer.from(last)]));
        assert.equal(await answer(vkey), 'none', last);
      }
    });
  });

type PageElement = {
  value: string;
  dataset: Record<string, string>;
  dispatchEvent(event: Event): void;
};
type PageDocument = { querySelector(selector: string): PageElement | null };

/** Runs in the browser. A page without its own view has not run its program. */
async function answerOnPage(key: string): Promise<string> {
  const { document } = globalThis as typeof globalThis & { document: PageDocument };
  if (document.querySelector('main') === null) return 'none';
  const verdict = async (): Promise<string> => {
    for (;;) {
      const found = document.querySelector('#verdict')?.dataset['answer'];
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  const first = await verdict();
  const input = document.querySelector('#key');
  if (first !== 'unknown' || key === '' || input === null) return first;
  const shown = document.querySelector('#verdict');
  input.value = key;
  input.dispatchEvent(new Event('input'));
  while (document.querySelector('#verdict') === shown) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  return verdict();
}

/** Runs in the browser: single-byte changes after which the document is the same. */
function unseenChanges([source, whole]: readonly [string, string]): [number, number][] {
  type Parsed = {
    readonly documentElement: { readonly outerHTML: string };
    readonly childNodes: { readonly length: number };
    readonly compatMode: string;
  };
  type Parser = { parseFromString(text: string, type: string): Parsed };
  const { DOMParser } = globalThis as typeof globalThis & { DOMParser: new () => Parser };
  const parser = new DOMParser();
  const unseen: [number, number][] = [];
  for (let at = 0; at < source.length; at++) {
    const was = source.charCodeAt(at);
    const others = [was ^ 0x20, was ^ 1, 0, 9, 10, 12, 13, 32, 34, 39, 45, 47, 60, 61, 62, 97];
    for (const byte of new Set(others)) {
      if (byte === was) continue;
      const changed = source.slice(0, at) + String.fromCharCode(byte) + source.slice(at + 1);
      const { documentElement, childNodes, compatMode } = parser.parseFromString(
        changed,
        'text/html',
      );
      const isSame = documentElement.outerHTML === whole && childNodes.length === 2;
      if (isSame && compatMode === 'CSS1Compat') unseen.push([at, byte]);
    }
  }
  return unseen;
}
