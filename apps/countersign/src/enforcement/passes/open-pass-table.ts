import type { TenantId } from '@countersign/core';
import {
  type DecisionRequest,
  type Directory,
  OPEN_PASSES_MAX,
  type PassObserver,
  type PassOpening,
  PolicyError,
} from '@countersign/policy';

export type OpenPass = { readonly pass: PassOpening; readonly request: DecisionRequest };

/** Types that a pass refers to by name. A change of any other type may affect all passes. */
const NAMED: ReadonlySet<string> = new Set(['Person', 'Workload', 'Device']);

/** Open passes, each with the request of its decision. */
export class OpenPassTable implements PassObserver {
  readonly #directory: () => Directory;
  readonly #max: number;
  readonly #kept = new Map<string, OpenPass & { readonly keys: readonly string[] }>();
  /** Passes by person, workload or device. */
  readonly #about = new Map<string, Set<string>>();

  /** `max`: for tests. */
  constructor(directory: () => Directory, max: number = OPEN_PASSES_MAX) {
    this.#directory = directory;
    this.#max = max;
  }

  get size(): number {
    return this.#kept.size;
  }

  opening(pass: PassOpening, request: DecisionRequest): void {
    if (this.#kept.size >= this.#max) throw tooMany(this.#max);
    const keys = this.#keysOf(request);
    this.#kept.set(pass.pass, { pass, request, keys });
    for (const key of keys) {
      const passes = this.#about.get(key);
      if (passes === undefined) this.#about.set(key, new Set([pass.pass]));
      else passes.add(pass.pass);
    }
  }

  dropped(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    for (const key of kept.keys) {
      const passes = this.#about.get(key);
      passes?.delete(id);
      if (passes?.size === 0) this.#about.delete(key);
    }
  }

  get(id: string): OpenPass | undefined {
    return this.#kept.get(id);
  }

  isOpen(id: string, nowMs: number): boolean {
    const kept = this.#kept.get(id);
    return kept !== undefined && kept.pass.expiresMs > nowMs;
  }

  ids(): IterableIterator<string> {
    return this.#kept.keys();
  }

  /** The passes that a change of this entity may affect; `all` for an entity that many share. */
  concerned(tenant: TenantId, type: string, id: string): readonly string[] | 'all' {
    if (!NAMED.has(type)) return 'all';
    return [...(this.#about.get(keyOf(tenant, id)) ?? [])];
  }

  /** Removes expired passes. They need no end event and no further checks. */
  lapse(nowMs: number): void {
    for (const [id, { pass }] of this.#kept) if (pass.expiresMs <= nowMs) this.dropped(id);
  }

  /** The principal and the device, as the enforcement point and the directory name them. */
  #keysOf({ tenant, subject, context }: DecisionRequest): readonly string[] {
    const device = deviceIn(context);
    const named = [
      ['Person', subject.id],
      ['Workload', subject.id],
      ...(device === undefined ? [] : [['Device', device] as const]),
    ] as const;
    const keys = named.flatMap(([type, id]) => {
      const known = this.#directory().find(tenant, type, id)?.id;
      return [keyOf(tenant, id), ...(known === undefined ? [] : [keyOf(tenant, known)])];
    });
    return [...new Set(keys)];
  }
}

/** The device in a request, in any form that enforcement points use. */
function deviceIn({ device }: DecisionRequest['context']): string | undefined {
  const id = typeof device === 'object' && device !== null && 'id' in device ? device.id : device;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function keyOf(tenant: TenantId, id: string): string {
  return `${tenant}\n${id.toLowerCase()}`;
}

function tooMany(max: number): PolicyError {
  const what = `could not open a pass: ${max} passes are open, which is the limit`;
  return new PolicyError('NOT_ACCOUNTED', what);
}
