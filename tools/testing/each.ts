import { test as nodeTest, type TestContext } from 'node:test';

type Run = (t: TestContext) => void | Promise<void>;

/**
 * A `test` with its own set-up and tear-down. All unit tests share one process. Hooks of a file
 * (`beforeEach`) would run for every test of the process, and again for each subtest, and would
 * leak what they start.
 */
export function testEach(
  setUp: () => void | Promise<void>,
  tearDown: () => void | Promise<void>,
): (name: string, run: Run) => void {
  return (name, run) => {
    nodeTest(name, async (t) => {
      await setUp();
      t.after(tearDown);
      await run(t);
    });
  };
}
