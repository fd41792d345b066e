import { test as nodeTest, type TestContext } from 'node:test';

type Run = (t: TestContext) => void | Promise<void>;

/**
 * A `test` with a set-up and a tear-down of its own. Hooks of a file (`beforeEach`) would run for
 * every test of the process, and again for each subtest: all unit tests share one process, and
 * what is started over what was started is never stopped.
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
