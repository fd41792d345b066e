import type {
  DocumentOperation,
  LedgerOperation,
  ListOperation,
  ListResult,
  Operation,
  Rows,
} from '../../operations/definition/operation.ts';
import type { Context } from '../process/command-context.ts';
import type { ProgressState } from '../terminal/progress-line.ts';
import { type Parameter, type ParameterSource, parametersOf } from './flags.ts';

/** How the command line offers one operation, beyond its schema. */
export type Binding = ParameterSource & {
  readonly parameters: readonly Parameter[];
  /** The flag or argument that selects this operation within its command. */
  readonly when: Choice | undefined;
  /** Positional values may begin with a dash. */
  readonly dashes: 'allowed' | 'refused';
  /** Flags that only the command line has. */
  readonly ownFlags: readonly OwnFlag[];
  /** Runs before the operation, so that a long operation does not fail for its output file name. */
  readonly before: ((context: Context, own: OwnValues) => void) | undefined;
  /** Prints the result instead of `render` and `--json`. */
  readonly print:
    | ((context: Context, result: unknown, own: OwnValues) => Promise<void>)
    | undefined;
  readonly progressOf: (progress: unknown) => ProgressState | undefined;
  render(context: Context, view: unknown, input: object, own: OwnValues): unknown;
};

export type Choice = FlagChoice | { readonly argument: string };

export type FlagChoice = {
  readonly flag: string;
  readonly description: string;
  /** Its former name, which still works. */
  readonly formerFlag?: string;
};

export type OwnFlag = {
  readonly flag: string;
  readonly short?: string;
  readonly description: string;
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly isRequired?: true;
  readonly isRepeatable?: true;
};

/** Values of command line flags that no operation has, by flag. */
export type OwnValues = Readonly<Record<string, unknown>>;

type Mapping<Input, View, Result> = {
  readonly positional?: readonly (keyof Input & string)[];
  readonly flags?: { readonly [Member in keyof Input]?: string };
  readonly formerFlags?: { readonly [Member in keyof Input]?: string };
  readonly when?: Choice;
  readonly dashes?: 'allowed';
  readonly ownFlags?: readonly OwnFlag[];
  readonly before?: (context: Context, own: OwnValues) => void;
  readonly print?: (context: Context, result: Result, own: OwnValues) => Promise<void>;
  readonly progressOf?: (progress: unknown) => ProgressState | undefined;
  render?(context: Context, view: View, input: Input, own: OwnValues): unknown;
};

export function bindDocument<Input extends object, Output, View>(
  operation: DocumentOperation<Input, Output, View>,
  mapping: Mapping<Input, View, { readonly output: Output; readonly view: View }>,
): Binding {
  return bound(operation as Operation, mapping);
}

export function bindLedger<Input extends object, Output>(
  operation: LedgerOperation<Input, Output>,
  mapping: Mapping<Input, Output, { readonly output: Output; readonly view: Output }>,
): Binding {
  return bound(operation as Operation, mapping);
}

export function bindList<Input extends object, Item, View>(
  operation: ListOperation<Input, Item, View>,
  mapping: Mapping<Input, View, ListResult<Item, View>>,
): Binding {
  return bound(operation as Operation, mapping);
}

function bound(operation: Operation, mapping: object): Binding {
  const named = { operation, positional: [], flags: {}, formerFlags: {}, ...mapping };
  const source: ParameterSource = named;
  let parameters: readonly Parameter[] | undefined;
  return {
    when: undefined,
    dashes: 'refused',
    ownFlags: [],
    before: undefined,
    print: undefined,
    progressOf: () => undefined,
    render: () => undefined,
    ...named,
    get parameters() {
      // A schema takes a millisecond to read, and each part of a command asks for it.
      parameters ??= parametersOf(source);
      return parameters;
    },
  };
}

/** All rows, for a short list or a renderer that needs the whole list. */
export async function collect<Row>(rows: Rows<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
