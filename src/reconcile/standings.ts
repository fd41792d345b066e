import type { BooksReader, ScratchColumns, ScratchTable } from '../books/index.ts';
import {
  type Authorisations,
  type OpenedPass,
  type SignInKey,
  type SignInStanding,
  STANDINGS,
} from './authorisations.ts';

/** In milliseconds, `[fromMs, toMs)`, open where undefined. */
type Period = { readonly fromMs: number | undefined; readonly toMs: number | undefined };

/** What stands behind sign-ins, as tables of the engine: of months there are millions. */
export class StandingTables {
  /** `entry`, `standing`, and the `pass` of the other table; -1 where there is none. */
  readonly said: ScratchTable;
  /** `pass`, and what it is bound to. */
  readonly bounds: ScratchTable;

  private constructor(said: ScratchTable, bounds: ScratchTable) {
    this.said = said;
    this.bounds = bounds;
  }

  /** Of all sign-ins of a period. */
  static async ofPeriod(
    books: BooksReader,
    { standings, passes }: Authorisations,
    period: Period,
  ): Promise<StandingTables> {
    const stated = books.scratch({ entry: 'BIGINT', standing: 'INTEGER', decision: 'VARCHAR' });
    await using raw = dropping(await stated);
    for await (const some of standings(period)) await raw.table.add(some.map(standingLine));
    const bounds = await books.scratch(BOUNDS);
    let pass = 0;
    for await (const some of passes(period)) {
      await bounds.add(some.map((each) => boundsLine(pass++, each)));
    }
    const said = await books.scratch(SAID);
    await said.take(`SELECT entry, standing, coalesce(pass, -1) FROM ${raw.table.name}
      LEFT JOIN ${bounds.name} USING (decision)`);
    return new StandingTables(said, bounds);
  }

  /** Of a few sign-ins. */
  static async ofSome(
    books: BooksReader,
    { standings, passes }: Authorisations,
    signIns: readonly SignInKey[],
  ): Promise<StandingTables> {
    const all: SignInStanding[] = [];
    for await (const some of standings({ signIns })) all.push(...some);
    const decisions = [...new Set(all.flatMap(({ decision }) => decision ?? []))];
    const bounds = await books.scratch(BOUNDS);
    const numbers = new Map<string, number>();
    for await (const some of passes({ decisions })) {
      await bounds.add(
        some.map((each) => {
          numbers.set(each.decision, numbers.size);
          return boundsLine(numbers.size - 1, each);
        }),
      );
    }
    const said = await books.scratch(SAID);
    await said.add(
      all.map(({ index, standing, decision }) => {
        const pass = numbers.get(decision ?? '') ?? -1;
        return [index, STANDINGS.indexOf(standing), pass].join('\t');
      }),
    );
    return new StandingTables(said, bounds);
  }

  async drop(): Promise<void> {
    await this.said.drop();
    await this.bounds.drop();
  }
}

const SAID: ScratchColumns = { entry: 'BIGINT', standing: 'INTEGER', pass: 'BIGINT' };
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

function dropping(table: ScratchTable): AsyncDisposable & { readonly table: ScratchTable } {
  return { table, [Symbol.asyncDispose]: () => table.drop() };
}

function standingLine({ index, standing, decision }: SignInStanding): string {
  return `${index}\t${STANDINGS.indexOf(standing)}\t${fieldOf(decision)}`;
}

function boundsLine(pass: number, of: OpenedPass): string {
  const { decision, openedMs, expiresMs, endedMs, app, device, address } = of;
  const fields = [decision, openedMs, expiresMs, endedMs, app, device, address].map(fieldOf);
  return [pass, ...fields].join('\t');
}

/** One row for each registered identity, and one without an id for each tenant that registers. */
export async function registerTable(
  books: BooksReader,
  registered: ReadonlyMap<string, readonly string[]>,
): Promise<ScratchTable> {
  const table = await books.scratch({ tenant: 'VARCHAR', id: 'VARCHAR' });
  await table.add(
    [...registered].flatMap(([tenant, ids]) =>
      ['', ...ids].map((id) => `${tenant}\t${fieldOf(id)}`),
    ),
  );
  return table;
}

/** Names come from doors: none may begin another field or line. */
function fieldOf(value: string | number | null): string {
  return value === null ? '' : String(value).replaceAll(/[\t\n]/g, ' ');
}
