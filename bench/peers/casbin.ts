import { createRequire } from 'node:module';
import type { Peer } from './peer.ts';

const DECISIONS = 50_000;
const POLICIES = 30;

type Casbin = {
  newModelFromString: (text: string) => unknown;
  newEnforcer: (model: unknown) => Promise<{
    addPolicy: (...rule: string[]) => Promise<boolean>;
    enforce: (...request: string[]) => Promise<boolean>;
  }>;
};

const MODEL = `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act`;

/** Not a dependency: `npm install --no-save casbin` adds it for a comparison. */
const load = createRequire(import.meta.url);

export const casbin: Peer = {
  name: 'casbin',
  part: `decisions, ${POLICIES} policies`,
  version: async () => {
    try {
      return (load('casbin/package.json') as { version: string }).version;
    } catch {
      return undefined;
    }
  },
  measure: async () => {
    const { newModelFromString, newEnforcer } = load('casbin') as Casbin;
    const enforcer = await newEnforcer(newModelFromString(MODEL));
    for (let n = 0; n < POLICIES; n++) await enforcer.addPolicy(`person-${n}`, 'suite', 'signIn');
    const started = performance.now();
    const cpu = process.cpuUsage();
    for (let n = 0; n < DECISIONS; n++) {
      const isPermitted = await enforcer.enforce(`person-${POLICIES - 1}`, 'suite', 'signIn');
      if (!isPermitted) throw new Error('the request is not permitted');
    }
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { units: DECISIONS, seconds, cpuSeconds: (user + system) / 1e6 };
  },
};
