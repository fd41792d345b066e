import { basename } from 'node:path';
import { isGuid, msOfInstant, normalizeInstant, type TenantId, tenantId } from '@countersign/core';
import { parseYaml, type SourceText } from '@countersign/yaml-document';
import { z } from 'zod';
import { WAVE_STATES } from '../information/suite-directory.ts';
import { NAME_CHARACTERS_MAX } from '../limits.ts';
import type { Origin } from './directory.ts';
import type { DirectoryStore, TenantDirectory } from './directory-store.ts';
import { membershipColumn } from './membership-column.ts';

type NamedEntity = { readonly id: string; readonly names: readonly string[] };
type Maybe<T> = T | undefined;

/**
 * A directory that the company maintains itself. A fact that it does not state is unknown, not
 * false.
 */
export type DirectoryFile = {
  readonly tenant: TenantId;
  /** The facts held at this time; the file states nothing about other times. */
  readonly at?: Maybe<string>;
  /** The facts have held since this time, until the file changes. */
  readonly since?: Maybe<string>;
  readonly people: readonly (NamedEntity & {
    readonly kind?: Maybe<'member' | 'guest' | 'break-glass'>;
    readonly enabled?: Maybe<boolean>;
    readonly risk?: Maybe<'none' | 'low' | 'medium' | 'high'>;
    readonly groups?: Maybe<readonly string[]>;
    readonly roles?: Maybe<readonly string[]>;
  })[];
  readonly groups: readonly (NamedEntity & { readonly groups: readonly string[] })[];
  readonly roles: readonly (NamedEntity & { readonly privileged?: Maybe<boolean> })[];
  readonly devices: readonly (NamedEntity & {
    readonly compliant?: Maybe<boolean>;
    readonly managed?: Maybe<boolean>;
  })[];
  readonly apps: readonly (NamedEntity & {
    readonly sensitivity?: Maybe<'normal' | 'sensitive'>;
  })[];
  readonly waves?: Maybe<
    readonly {
      readonly id: string;
      readonly state: (typeof WAVE_STATES)[number];
      readonly groups: readonly string[];
      readonly people: readonly string[];
    }[]
  >;
};

/** @throws DocumentError CONFIG_INVALID with every problem */
export function parseDirectoryFile(file: SourceText): DirectoryFile {
  return parseYaml(file, directorySchema());
}

export function directorySchema(): z.ZodType<DirectoryFile> {
  const text = z.string().trim().min(1).max(NAME_CHARACTERS_MAX);
  const names = z.array(text).default([]);
  const listed = { id: text, names };
  const person = z.strictObject({
    ...listed,
    kind: z.enum(['member', 'guest', 'break-glass']).optional(),
    enabled: z.boolean().optional(),
    risk: z.enum(['none', 'low', 'medium', 'high']).optional(),
    groups: z.array(text).optional(),
    roles: z.array(text).optional(),
  });
  const group = z.strictObject({ ...listed, groups: names });
  const role = z.strictObject({ ...listed, privileged: z.boolean().optional() });
  const device = z.strictObject({
    ...listed,
    compliant: z.boolean().optional(),
    managed: z.boolean().optional(),
  });
  const sensitivity = z.enum(['normal', 'sensitive']).optional();
  const state = z.enum(WAVE_STATES);
  const wave = z.strictObject({ id: text, state, groups: names, people: names });
  const time = timeSchema().optional();
  const file = z.strictObject({
    tenant: tenantSchema(),
    at: time,
    since: time,
    people: z.array(person).default([]),
    groups: z.array(group).default([]),
    roles: z.array(role).default([]),
    devices: z.array(device).default([]),
    apps: z.array(z.strictObject({ ...listed, sensitivity })).default([]),
    waves: z.array(wave).optional(),
  });
  return file.refine(({ at, since }) => at === undefined || since === undefined, {
    message: 'states both at and since: write since for a state that still holds, else at',
  });
}

export function timeSchema(): z.ZodType<string> {
  const message = 'is not a time: write it as 2026-01-31T08:30:00Z';
  return z.string().refine((text) => normalizeInstant(text) !== undefined, { message });
}

export function tenantSchema(): z.ZodType<TenantId, string> {
  const message = "is not a tenant id: write the tenant's GUID";
  return z.string().refine(isGuid, { message }).transform(tenantId);
}

/**
 * Loads a file into the directory. Its facts date from the time in the file, or else from the time
 * of reading.
 */
export function loadDirectoryFile(
  store: DirectoryStore,
  parsed: DirectoryFile,
  { file, readMs }: { readonly file: string; readonly readMs: number },
): TenantId {
  const { tenant: id, at, since, waves } = parsed;
  const tenant = store.tenant(id);
  const source = `file:${basename(file)}`;
  const seenMs = at === undefined ? heldMs(tenant, source, { since, readMs }) : timeOf(at);
  const origin: Origin = { source, seenMs };
  // A file with a time describes that time. A file without one is in force until the next.
  if (at === undefined) tenant.putInForce(origin.source);
  const loading = new DirectoryLoader(tenant, origin);
  for (const group of parsed.groups) loading.group(group);
  for (const role of parsed.roles) loading.entity('Role', role, ['privileged']);
  for (const device of parsed.devices) loading.entity('Device', device, ['compliant', 'managed']);
  for (const app of parsed.apps) loading.entity('App', app, ['sensitivity']);
  for (const person of parsed.people) loading.person(person);
  if (waves !== undefined) loading.waves(waves);
  loading.end();
  return id;
}

/**
 * Since when the facts of a source in force have held. The stated start counts only once: a change
 * in a later reading is new as of that reading.
 */
export function heldMs(
  tenant: TenantDirectory,
  source: string,
  { since, readMs }: { readonly since: Maybe<string>; readonly readMs: number },
): number {
  if (since === undefined || tenant.isInForce(source)) return readMs;
  return Math.min(timeOf(since), readMs);
}

function timeOf(time: string): number {
  return msOfInstant(normalizeInstant(time) ?? '');
}

class DirectoryLoader {
  readonly #tenant: TenantDirectory;
  readonly #origin: Origin;
  readonly #said = new Set<string>();

  constructor(tenant: TenantDirectory, origin: Origin) {
    this.#tenant = tenant;
    this.#origin = origin;
  }

  entity<T extends NamedEntity>(type: string, listed: T, attributes: readonly (keyof T)[]): number {
    const row = this.#tenant.put(type, listed.id, listed.names);
    for (const name of attributes) {
      const value = listed[name];
      if (value !== undefined) this.#set(type, row, String(name), value);
    }
    return row;
  }

  group(group: DirectoryFile['groups'][number]): void {
    const row = this.entity('Group', group, []);
    this.#join('Group', row, 'Group', group.groups);
  }

  person(person: DirectoryFile['people'][number]): void {
    const row = this.entity('Person', person, ['kind', 'enabled', 'risk']);
    if (person.groups !== undefined) this.#join('Person', row, 'Group', person.groups);
    if (person.roles !== undefined) this.#join('Person', row, 'Role', person.roles);
  }

  waves(waves: NonNullable<DirectoryFile['waves']>): void {
    for (const wave of waves) this.entity('Wave', { ...wave, names: [] }, ['state']);
    for (const [type, member] of [
      ['Group', 'groups'],
      ['Person', 'people'],
    ] as const) {
      const wavesOf = new Map<number, string[]>();
      for (const wave of waves) {
        for (const id of wave[member]) {
          const row = this.#tenant.table(type)?.find(id) ?? this.#tenant.put(type, id);
          wavesOf.set(row, [...(wavesOf.get(row) ?? []), wave.id]);
        }
      }
      const rows = this.#tenant.table(type)?.size ?? 0;
      for (let row = 0; row < rows; row++) {
        this.#tenant.joinExactly(type, row, 'Wave', wavesOf.get(row) ?? [], this.#origin);
      }
    }
    this.#tenant.tell('Wave', this.#origin);
  }

  end(): void {
    this.#tenant.unsay(this.#origin, (...of) => this.#said.has(of.join('\n')));
  }

  #join(type: string, row: number, container: string, ids: readonly string[]): void {
    this.#tenant.state(type, row, container, ids, this.#origin);
    this.#said.add([type, row, membershipColumn(container)].join('\n'));
  }

  #set(type: string, row: number, attribute: string, value: unknown): void {
    this.#tenant.set(type, row, attribute, value, this.#origin);
    this.#said.add([type, row, attribute].join('\n'));
  }
}
