/** What decides over access, and the tests that have to notice when it decides otherwise. */
export const MODULES: ReadonlyMap<string, Module> = new Map([
  ...[
    ...['authzen', 'callers', 'checks', 'decision', 'directory', 'drain', 'endings'],
    ...['forward-auth', 'oidc', 'passes', 'policies', 'register', 'risk', 'ssf', 'wire'],
  ].map((folder): [string, Module] => [
    `access/${folder}`,
    { files: `src/access/${folder}/*.ts`, tests: testsOf(folder) },
  ]),
  // What needs no server: keys, hints that were used and passkeys, as files keep them.
  [
    'api/doors',
    {
      files: 'src/api/doors/{file-state,key-file,passkey-share,used-file}.ts',
      tests: ['src/api/doors/*.test.ts'],
    },
  ],
]);

type Module = { readonly files: string; readonly tests: readonly string[] };

/** The nearest first: of the folder, and where it has others, of what stands on it. */
function testsOf(folder: string): string[] {
  const own = `src/access/${folder}/*.test.ts`;
  switch (folder) {
    case 'decision':
      return [own, 'src/access/content.test.ts'];
    case 'directory':
    case 'policies':
    case 'register':
      return [own, 'src/access/decision/*.test.ts', 'src/access/content.test.ts'];
    case 'checks':
      return [own, 'src/pipeline/checks.test.ts'];
    case 'wire':
      return [own, 'src/access/{authzen,oidc,ssf}/*.test.ts'];
    default:
      return [own];
  }
}
