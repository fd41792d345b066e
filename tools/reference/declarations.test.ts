import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDeclarations } from './declarations.ts';

const TEXT = `import type { Other } from './other.ts';
/**
 * Ends with a semicolon; and names \`a { brace\`.
 *
 * @throws Error always
 */
export declare function first(value: {
    a: '}' | '{';
}): Other;
export declare function first(value: string): Other;
/** A class. */
export declare abstract class Second<T extends string = string> extends Error {
    /** A member; with a semicolon. */
    readonly code: T;
}
export type Third = 
/** The first member. */
'one'
/** The second member. */
 | 'two';
declare const hidden: unique symbol;
export interface Fourth {
    [hidden]: () => void;
}
export { hidden as shown, type Third as Renamed } from './other.ts';
export * from './all.ts';
export {};
`;

test('reads each statement whole, with its name, kind and comment', () => {
  const { declarations } = parseDeclarations(TEXT);
  assert.deepEqual(
    declarations.map(({ name, kind }) => [name, kind]),
    [
      ['first', 'function'],
      ['first', 'function'],
      ['Second', 'class'],
      ['Third', 'type'],
      ['hidden', 'constant'],
      ['Fourth', 'type'],
    ],
  );
  const [first, , second, third] = declarations;
  assert.equal(
    first?.comment,
    'Ends with a semicolon; and names `a { brace`.\n\n@throws Error always',
  );
  assert.match(first?.text ?? '', /^export declare function first[\s\S]*\}\): Other;$/);
  assert.equal(second?.comment, 'A class.');
  assert.match(second?.text ?? '', /readonly code: T;\n\}$/);
  assert.match(third?.text ?? '', /'one'[\s\S]*\| 'two';$/);
});

test('reads re-exports from other files', () => {
  assert.deepEqual(parseDeclarations(TEXT).reExports, [
    {
      names: [
        { name: 'hidden', as: 'shown' },
        { name: 'Third', as: 'Renamed' },
      ],
      from: './other.ts',
    },
    { names: undefined, from: './all.ts' },
  ]);
});
