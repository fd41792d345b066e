import type { ScratchColumns, ScratchTable } from '../../store/duckdb/scratch-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import {
  type AuthorizationSource,
  type AuthorizedPass,
  type AuthorizedSignIn,
  type SignInKey,
  Statuses,
} from './authorization-status.ts';

/** In milliseconds, `[fromMs, toMs)`, open where undefined. */
type Period = { readonly fromMs: number | undefined; readonly toMs: number | undefined };

/** The authorization of sign-ins as engine tables, because months have millions. */
export class AuthorizationTables {
  /** `entry`, `authorization_status`, and the `pass` of the other table; -1 without a pass. */
  readonly said: ScratchTable;
  /** `pass` and its bounds. */
  readonly bounds: ScratchTable;
  readonly #made: AsyncDisposable;

  private constructor(said: ScratchTable, bounds: ScratchTable, made: AsyncDisposable) {
    this.said = said;
    this.bounds = bounds;
    this.#made = made;
  }

  /** For all sign-ins of a period. */
  static async ofPeriod(
    store: StoreReader,
    { statuses, passes }: AuthorizationSource,
    period: Period,
  ): Promise<AuthorizationTables> {
    await using made = new AsyncDisposableStack();
    await using reading = new AsyncDisposableStack();
    const stated = await scratch(reading, store, STATED);
    for await (const some of statuses(period)) await stated.add(some.map(statedLine));
    const bounds = await scratch(made, store, BOUNDS);
    let pass = 0;
    for await (const some of passes(period)) {
      await bounds.add(some.map((each) => boundsLine(pass++, each)));
    }
    const said = await scratch(made, store, SAID);
    await said.take(`SELECT entry, authorization_status, coalesce(pass, -1) FROM ${stated.name}
      LEFT JOIN ${bounds.name} USING (decision)`);
    return new AuthorizationTables(said, bounds, made.move());
  }

  /** For a few sign-ins. */
  static async ofSome(
    store: StoreReader,
    { statuses, passes }: AuthorizationSource,
    signIns: readonly SignInKey[],
  ): Promise<AuthorizationTables> {
    const all: AuthorizedSignIn[] = [];
    for await (const some of statuses({ signIns })) all.push(...some);
    const decisions = [...new Set(all.flatMap(({ decision }) => decision ?? []))];
    await using made = new AsyncDisposableStack();
    const bounds = await scratch(made, store, BOUNDS);
    const numbers = new Map<string, number>();
    let next = 0;
    for await (const some of passes({ decisions })) {
      for (const [at, { decision }] of some.entries()) numbers.set(decision, next + at);
      const first = next;
      await bounds.add(some.map((each, at) => boundsLine(first + at, each)));
      next += some.length;
    }
    const said = await scratch(made, store, SAID);
    await said.add(
      all.map(({ index, status, decision }) => {
        const pass = numbers.get(decision ?? '') ?? -1;
        return [index, Statuses.indexOf(status), pass].join('\t');
      }),
    );
    return new AuthorizationTables(said, bounds, made.move());
  }

  drop(): Promise<void> {
    return Promise.resolve(this.#made[Symbol.asyncDispose]());
  }
}

async function scratch(
  stack: AsyncDisposableStack,
  store: StoreReader,
  columns: ScratchColumns,
): Promise<ScratchTable> {
  return stack.adopt(await store.scratch(columns), (table) => table.drop());
}

const STATED: ScratchColumns = {
  entry: 'BIGINT',
  authorization_status: 'INTEGER',
  decision: 'VARCHAR',
};
const SAID: ScratchColumns = { entry: 'BIGINT', authorization_status: 'INTEGER', pass: 'BIGINT' };
const BOUNDS: ScratchColumns = {
  pass: 'BIGINT',
  decision: 'VARCHAR',
  opened: 'BIGINT',
  expires: 'BIGINT',
  ended: 'BIGINT',
  app: 'VARCHAR',
  device: 'VARCHAR',
  address: 'VARCHAR',
};

function statedLine({ index, status, decision }: AuthorizedSignIn): string {
  return `${index}\t${Statuses.indexOf(status)}\t${fieldOf(decision)}`;
}

function boundsLine(pass: number, of: AuthorizedPass): string {
  const { decision, openedMs, expiresMs, endedMs, app, device, address } = of;
  const fields = [decision, openedMs, expiresMs, endedMs, app, device, address].map(fieldOf);
  return [pass, ...fields].join('\t');
}

/** One row per registered identity, and one without id per tenant with a register. */
export async function registerTable(
  store: StoreReader,
  registered: ReadonlyMap<string, readonly string[]>,
): Promise<ScratchTable> {
  const table = await store.scratch({ tenant: 'VARCHAR', id: 'VARCHAR' });
  await table.add(
    [...registered].flatMap(([tenant, ids]) =>
      ['', ...ids].map((id) => `${tenant}\t${fieldOf(id)}`),
    ),
  );
  return table;
}

/** Enforcement points supply names. None may inject a field or a line. */
function fieldOf(value: string | number | null): string {
  return value === null ? '' : String(value).replaceAll(/[\t\n]/g, ' ');
}
