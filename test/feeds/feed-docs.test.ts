import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseConfig } from '../../apps/countersign/src/config/parse-config.ts';
import { SENTINEL_COLUMNS } from '../../apps/countersign/src/feeds/sinks/sentinel/sentinel-row.ts';
import { blocksOf } from '../support/cli/markdown.ts';
import { REPOSITORY } from '../support/command-line.ts';

const WORLD = {
  env: {},
  resolve: (path: string) => `/etc/${path}`,
  kindOf: (): 'file' => 'file',
} as const;

function blocks(document: string, language: string): string[] {
  const text = readFileSync(join(REPOSITORY, 'docs/how-to', document), 'utf8');
  return blocksOf(text)
    .filter((block) => block.language === language)
    .map((block) => block.text);
}

describe('the guides to feeds', () => {
  for (const kind of ['syslog', 'splunk', 'sentinel']) {
    test(`configure a feed to ${kind} that is valid`, () => {
      const configurations = blocks(`feed-${kind}.md`, 'yaml');
      assert.equal(configurations.length, 1);
      for (const text of configurations) {
        const { feeds } = parseConfig({ file: 'c.yaml', text }, WORLD, () => assert.fail());
        assert.deepEqual(
          feeds.map((feed) => feed.kind),
          [kind],
        );
      }
    });
  }

  test('declare every column of Sentinel, in its type, for the table and for the rule', () => {
    type Columns = readonly { readonly name: string; readonly type: string }[];
    const [table, rule] = blocks('feed-sentinel.md', 'json').map((text) => JSON.parse(text));
    const declared: readonly Columns[] = [
      table.properties.schema.columns,
      rule.properties.streamDeclarations['Custom-Countersign'].columns,
    ];
    for (const columns of declared) {
      const types = columns.map(({ name, type }) => [name, type]);
      assert.deepEqual(Object.fromEntries(types), SENTINEL_COLUMNS);
    }
  });
});
