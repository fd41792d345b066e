import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '..');

export type BenchOptions = {
  /** How often each figure is measured. */
  readonly runs: number;
  /** `long` uses the sizes of docs/benchmarks.md; `short` only shows whether it works. */
  readonly form: 'short' | 'long';
  /** Overrides the benchmark's own size. */
  readonly size: number | undefined;
  /** A folder for this run, on the disk to be measured. Emptied afterwards. */
  readonly folder: string;
  /** Another checkout, measured alternately with this one. */
  readonly against: string | undefined;
  readonly log: (line: string) => void;
};

/** `there` is the checkout to compare with. */
export type Checkout = 'here' | 'there';

/** A target in the figure's unit. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** One quantity with several measurements. */
export type Figure = {
  readonly name: string;
  readonly unit: string;
  readonly values: number[];
  /** Default: `here`. */
  readonly checkout?: Checkout;
  readonly target?: Target | undefined;
};

export type Benchmark = (options: BenchOptions) => Promise<Figure[]>;

/** One thing to measure. It returns the results of one run, by name. */
export type Variant = {
  readonly name: string;
  /** Default: `here`. */
  readonly checkout?: Checkout;
  readonly units: Readonly<Record<string, string>>;
  readonly targets?: Readonly<Record<string, Target>>;
  readonly measure: (run: number) => Promise<Readonly<Record<string, number>>>;
};

/** Runs the variants alternately, so that temporary slowness of the machine affects all of them. */
export async function interleaved(
  variants: readonly Variant[],
  { runs, log }: Pick<BenchOptions, 'runs' | 'log'>,
): Promise<Figure[]> {
  const figures = new Map<string, Figure>();
  for (let run = 0; run < runs; run++) {
    for (const { name, checkout = 'here', units, targets = {}, measure } of variants) {
      const measured = Object.entries(await measure(run));
      const where = checkout === 'here' ? '' : ` (${checkout})`;
      log(`${name}${where}, run ${run + 1} of ${runs}: ${measured.map(plain).join(', ')}`);
      for (const [key, value] of measured) {
        const id = `${checkout} ${name} ${key}`;
        const figure = figures.get(id) ?? {
          name: name === '' ? key : `${name}: ${key}`,
          unit: units[key] ?? '',
          values: [],
          checkout,
          target: targets[key],
        };
        figure.values.push(value);
        figures.set(id, figure);
      }
    }
  }
  return [...figures.values()];
}

export function table(figures: readonly Figure[]): string {
  const isPaired = figures.some(({ checkout }) => checkout === 'there');
  const rows = [['', 'median', 'min', 'max', 'runs', 'unit']];
  for (const figure of figures) {
    const { median, min, max } = summaryOf(figure);
    const numbers = [median, min, max].map(number);
    const name = isPaired ? `${figure.name} (${figure.checkout ?? 'here'})` : figure.name;
    rows.push([name, ...numbers, String(figure.values.length), figure.unit]);
  }
  const widths =
    rows[0]?.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          i === 0 || i === 5 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function summaryOf({ values }: Pick<Figure, 'values'>): {
  readonly median: number;
  readonly min: number;
  readonly max: number;
} {
  const sorted = values.toSorted((a, b) => a - b);
  const [min = Number.NaN, max = Number.NaN] = [sorted[0], sorted.at(-1)];
  return { median: medianOf(sorted), min, max };
}

/** The machine and its load, without which the figures mean nothing. */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  const system = `${process.platform} ${process.arch}, Node ${process.version}`;
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const machine = `${cpus().length} × ${model}, ${gib} GiB, ${system}`;
  return `${machine}, commit ${commitOf(ROOT)}, load ${load}`;
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}

export function commitOf(root: string): string {
  try {
    const git = (args: string[]): string =>
      execFileSync('git', args, {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    // The report itself changes docs.
    const sources = ['--', '.', ':!docs'];
    const isChanged = git(['status', '--porcelain', '--untracked-files=no', ...sources]) !== '';
    return git(['rev-parse', '--short', 'HEAD']).trim() + (isChanged ? ' with changes' : '');
  } catch {
    return 'unknown';
  }
}

function plain([key, value]: readonly [string, number]): string {
  return `${key} ${number(value)}`;
}

/** Integers stand without decimals: most are counts. */
export function number(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
