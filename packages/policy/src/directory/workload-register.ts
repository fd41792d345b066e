import { basename } from 'node:path';
import { msOfInstant, normalizeInstant, type TenantId } from '@countersign/core';
import { parseYaml, type SourceText } from '@countersign/yaml-document';
import { z } from 'zod';
import { type Address, isInRange, parseAddress } from '../cedar/ip-range.ts';
import { NAME_CHARACTERS_MAX, NETWORKS_MAX, WORKLOADS_MAX } from '../limits.ts';
import type { SourcedValue } from './directory.ts';
import { heldMs, tenantSchema, timeSchema } from './directory-file.ts';
import type { DirectoryStore } from './directory-store.ts';

/** The allowed workload identities, with owner, purpose, expiry and scope. */
export type Register = {
  readonly tenant: TenantId;
  /** It has held since this time, until the register changes. */
  readonly since?: string | undefined;
  readonly workloads: readonly RegisteredWorkload[];
};

export type RegisteredWorkload = {
  /** The object id of its service principal. */
  readonly id: string;
  readonly names: readonly string[];
  readonly owner: string;
  readonly purpose: string;
  readonly expires: string;
  /** Names of the resources that it needs. */
  readonly scopes: readonly string[];
  /** Address ranges that it comes from. */
  readonly networks: readonly string[];
  /** Ids of its credentials. */
  readonly credentials: readonly string[];
};

export function workloadSchema(): z.ZodType<RegisteredWorkload> {
  const text = z.string().trim().min(1).max(NAME_CHARACTERS_MAX);
  const texts = z.array(text).default([]);
  const isTime = (at: string): boolean => normalizeInstant(at) !== undefined;
  const isRange = (range: string): boolean => parseAddress(range) !== undefined;
  return z.strictObject({
    id: text,
    names: texts,
    owner: text,
    purpose: text,
    expires: z.string().refine(isTime, { message: 'is not a time: write it as 2026-12-31' }),
    scopes: texts,
    networks: z
      .array(
        z
          .string()
          .refine(isRange, { message: 'is not an address range: write it as 203.0.113.0/24' }),
      )
      .default([]),
    credentials: texts,
  });
}

function registerSchema(): z.ZodType<Register> {
  return z.strictObject({
    tenant: tenantSchema(),
    since: timeSchema().optional(),
    workloads: z.array(workloadSchema()).max(WORKLOADS_MAX).default([]),
  });
}

/** @throws DocumentError CONFIG_INVALID with every problem */
export function parseRegister(file: SourceText): Register {
  return parseYaml(file, registerSchema());
}

/**
 * Loads a register into the directory. From now on, a workload that it does not list is
 * unregistered.
 */
export function loadRegister(
  store: DirectoryStore,
  register: Register,
  { file, readMs }: { readonly file: string; readonly readMs: number },
): TenantId {
  const tenant = store.tenant(register.tenant);
  const source = registerSource(file);
  const origin = { source, seenMs: heldMs(tenant, source, { since: register.since, readMs }) };
  tenant.putInForce(origin.source);
  for (const { id, names, expires, ...rest } of register.workloads) {
    const row = tenant.put(WORKLOAD, id, names);
    const values = { registered: true, expires: msOfInstant(normalizeInstant(expires) ?? '') };
    for (const [name, value] of Object.entries({ ...rest, ...values })) {
      tenant.set(WORKLOAD, row, name, value, origin);
    }
  }
  const listed = new Set(register.workloads.map(({ id }) => tenant.put(WORKLOAD, id)));
  const size = tenant.table(WORKLOAD)?.size ?? 0;
  for (let row = 0; row < size; row++) {
    const isMore = tenant.table(WORKLOAD)?.column('registered')?.get(row) !== undefined;
    if (isMore && !listed.has(row)) tenant.set(WORKLOAD, row, 'registered', false, origin);
  }
  tenant.tell(WORKLOAD, origin);
  tenant.networks = networksOf(register, origin);
  return register.tenant;
}

export function registerSource(file: string): string {
  return `register:${basename(file)}`;
}

const WORKLOAD = 'Workload';

/** The register's ranges that contain an address, as written there. */
type Networks = (address: string) => SourcedValue<readonly string[]> | undefined;

function networksOf(
  { workloads }: Register,
  { source, seenMs }: { readonly source: string; readonly seenMs: number },
): Networks {
  const ranges = new Map<string, Address>();
  for (const range of workloads.flatMap(({ networks }) => networks).slice(0, NETWORKS_MAX)) {
    const parsed = parseAddress(range);
    if (parsed !== undefined) ranges.set(range, parsed);
  }
  return (given) => {
    const address = parseAddress(given);
    if (address === undefined) return undefined;
    const within = [...ranges].filter(([, range]) => isInRange(address, range));
    return { value: within.map(([range]) => range), source, seenMs };
  };
}
