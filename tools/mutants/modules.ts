/** What decides over access, and the tests that have to notice when it decides otherwise. */
export const MODULES: ReadonlyMap<string, { readonly files: string; readonly tests: string[] }> =
  new Map(
    ['authzen', 'callers', 'checks', 'decision', 'directory', 'passes', 'policies', 'register']
      .map((name) => [`access/${name}`, name] as const)
      .map(([name, folder]) => [
        name,
        { files: `src/access/${folder}/*.ts`, tests: testsOf(folder) },
      ]),
  );

/** Of the folder, of what stands on it, and of the policies that come with the program. */
function testsOf(folder: string): string[] {
  const own = `src/access/${folder}/*.test.ts`;
  switch (folder) {
    case 'authzen':
    case 'callers':
    case 'passes':
      return [own];
    case 'checks':
      return [own, 'src/pipeline/checks.test.ts'];
    default:
      return [own, 'src/access/decision/*.test.ts', 'src/access/content.test.ts'];
  }
}
