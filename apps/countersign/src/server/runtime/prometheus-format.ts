/** A metric of the Prometheus text format, version 0.0.4. */
export type Metric = {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
};

/** An unknown value has no sample, because zero would be an answer. */
export type Sample = {
  readonly labels: Readonly<Record<string, string>>;
  /** Of the samples of a histogram. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly value: number | undefined;
};

/** A distribution, as a histogram counts it. */
export type Distribution = {
  readonly labels: Readonly<Record<string, string>>;
  /** Values by bucket: up to each bound and above the one before, then above all. */
  readonly counts: readonly number[];
  readonly sum: number;
};

/** Buckets are cumulative, and the last one counts all. */
export function histogramSamples(
  bounds: readonly number[],
  { labels, counts, sum }: Distribution,
): Sample[] {
  let total = 0;
  const buckets = counts.map((count, at): Sample => {
    total += count;
    const le = String(bounds[at] ?? '+Inf');
    return { suffix: '_bucket', labels: { ...labels, le }, value: total };
  });
  return [
    ...buckets,
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: total },
  ];
}

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export function exposition(metrics: readonly Metric[]): string {
  return metrics.map(metricText).join('');
}

function metricText({ name, help, type, samples }: Metric): string {
  const lines = samples.flatMap(({ suffix = '', labels, value }) =>
    value === undefined ? [] : [`${name}${suffix}${labelsText(labels)} ${valueText(value)}\n`],
  );
  if (lines.length === 0) return '';
  const about = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${name} ${about}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelsText(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
