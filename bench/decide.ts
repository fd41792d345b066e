import { join } from 'node:path';
import { systemClock, tenantId } from '@countersign/core';
import {
  DecisionPoint,
  type DecisionRequest,
  DirectoryStore,
  loadDirectoryFile,
  PolicySet,
  type PolicySource,
  parseDirectoryFile,
  readPolicyFolder,
  SuiteDirectory,
} from '@countersign/policy';
import { readConfigFile } from '@countersign/yaml-document';
import { type BenchOptions, type Figure, interleaved, ROOT } from './harness.ts';

const COUNT = { short: 20_000, long: 200_000 } as const;
const POLICIES = 30;
const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const FOLDER = join(ROOT, 'content', 'policies');

/**
 * Decisions in process, without entries: the default policies, and thirty at one enforcement point.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const { source } = readPolicyFolder(FOLDER);
  const variants = [
    { name: 'default policies', source },
    { name: `${POLICIES} policies in the slice`, source: withMore(source) },
  ].map(({ name, source: policies }) => {
    const point = pointOf(policies);
    return {
      name,
      units: { rate: '/s', p50: 'µs', p99: 'µs' },
      targets: { rate: { atLeast: 70_000 } },
      measure: async () => measure(point, count),
    };
  });
  return interleaved(variants, options);
}

async function measure(
  point: DecisionPoint,
  count: number,
): Promise<{ rate: number; p50: number; p99: number }> {
  const request: DecisionRequest = {
    enforcementPoint: 'eam',
    tenant: TENANT,
    subject: { type: 'user', id: 'ada.lindqvist@northmoor.example' },
    action: { name: 'signIn' },
    resource: { type: 'suite', id: TENANT },
    context: { factor: 'phishing-resistant', address: '198.51.100.7' },
  };
  if (point.evaluate(request).effect !== 'permit') throw new Error('the request is not permitted');
  const times = new Float64Array(count);
  const startMs = performance.now();
  for (let n = 0; n < count; n++) {
    const beforeMs = performance.now();
    point.evaluate(request);
    times[n] = performance.now() - beforeMs;
  }
  const seconds = (performance.now() - startMs) / 1000;
  times.sort();
  const at = (share: number): number => (times[Math.floor(count * share)] ?? 0) * 1000;
  return { rate: count / seconds, p50: at(0.5), p99: at(0.99) };
}

function pointOf(source: PolicySource): DecisionPoint {
  const store = new DirectoryStore();
  const file = join(FOLDER, 'example', 'directory.yaml');
  const readMs = systemClock.now();
  loadDirectoryFile(store, parseDirectoryFile(readConfigFile(file)), { file, readMs });
  return new DecisionPoint({
    policies: PolicySet.parse(source),
    directory: new SuiteDirectory(store),
    decisionLog: { append: () => Promise.reject(new Error('only evaluated here')) },
    clock: systemClock,
    random: { fill: (into) => into },
  });
}

/**
 * Adds policies up to thirty at this enforcement point. All of them read the request and permit it.
 */
function withMore({ schema, policies }: PolicySource): PolicySource {
  const here = PolicySet.parse({ schema, policies }).slice({
    enforcementPoint: 'eam',
    action: 'signIn',
    principal: 'Person',
    resource: 'Suite',
  });
  const text = Array.from({ length: POLICIES - here.policies.length }, (_, n) => {
    const head = `@id("more-${n}") @sentence("More.") @enforcement_points("eam")`;
    return `${head} forbid (principal is Person, action == Action::"signIn", resource is Suite)
      when { principal.risk == "level-${n}" && context.factor == "single" };`;
  }).join('\n');
  return { schema, policies: [...policies, { file: 'more.cedar', text }] };
}
