const POLICY = 'packages/policy/src';
const ENFORCEMENT = 'apps/countersign/src/enforcement';

/** The modules that decide access, and the tests that must detect a changed decision. */
export const MODULES: ReadonlyMap<string, Module> = new Map([
  ...['cedar', 'decision', 'directory', 'information', 'policies', 'risk'].map(
    (folder): [string, Module] => [
      `policy/${folder}`,
      { files: `${POLICY}/${folder}/*.ts`, tests: testsOfPolicy(folder) },
    ],
  ),
  ...[
    ...['approvals', 'authzen', 'bypass', 'callers', 'decisions', 'eam', 'eam/passkeys'],
    ...['forward-auth', 'http', 'passes', 'ssf'],
  ].map((folder): [string, Module] => [
    `enforcement/${folder}`,
    { files: `${ENFORCEMENT}/${folder}/*.ts`, tests: testsOfEnforcement(folder) },
  ]),
  [
    'reconcile/checks',
    {
      files: 'apps/countersign/src/reconcile/checks/*.ts',
      tests: ['apps/countersign/src/reconcile/checks/*.test.ts'],
    },
  ],
]);

type Module = { readonly files: string; readonly tests: readonly string[] };

/** The nearest tests first: those of the folder, then those of code that depends on it. */
function testsOfPolicy(folder: string): string[] {
  const own = `${POLICY}/${folder}/*.test.ts`;
  const content = `${POLICY}/content.test.ts`;
  return folder === 'decision' ? [own, content] : [own, `${POLICY}/decision/*.test.ts`, content];
}

function testsOfEnforcement(folder: string): string[] {
  const own = `${ENFORCEMENT}/${folder}/*.test.ts`;
  return folder === 'http' ? [own, `${ENFORCEMENT}/{authzen,eam,ssf}/*.test.ts`] : [own];
}
