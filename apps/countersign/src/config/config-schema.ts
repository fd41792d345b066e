import { quoted, SIGN_IN_TYPES } from '@countersign/core';
import { z } from 'zod';
import {
  CONTENT_TYPES,
  type ConfigDocument,
  type ConnectedTenant,
  DIRECTORY_OBJECTS,
  EXPORT_CATEGORIES,
  type HubConfig,
  type Inventory,
  LICENSES,
  TENANT_USES,
} from './config.ts';
import type { ConfigEnvironment } from './config-environment.ts';
import { credentials } from './credentials-schema.ts';
import type { EnforcementConfig } from './enforcement-config.ts';
import { endpointsSchema } from './enforcement-schema.ts';
import { feedsSchema } from './feeds/feeds-schema.ts';
import { REQUESTS_PER_MINUTE_MAX } from './limits.ts';
import { operatorsSchema } from './operators-schema.ts';
import { existingFile, secretPlace } from './path-values.ts';
import {
  broker,
  canaryEvery,
  every,
  guid,
  isLoopback,
  listen,
  name,
  refuse,
  root,
  tenant,
} from './scalar-values.ts';
import { tracesSchema } from './traces-config.ts';

export function inventorySchema(): z.ZodType<Inventory> {
  const owned = z.strictObject({
    id: tenant,
    name,
    use: z.enum(TENANT_USES),
    note: name.optional(),
  });
  const partner = z.strictObject({ id: tenant, name });
  return z.strictObject({
    tenants: z.array(owned).min(1),
    partners: z.array(partner).default([]),
  });
}

export function configSchema(world: ConfigEnvironment): z.ZodType<ConfigDocument> {
  const existing = existingFile(world);
  const secret = secretPlace(world);
  const connected = z.strictObject({
    id: tenant,
    name: name.optional(),
    licenses: z.array(z.enum(LICENSES)).min(1).optional(),
    authority: root.default('https://login.microsoftonline.com'),
    authorityFile: existing.optional(),
    credentials: credentials(world),
    collect: z
      .strictObject({
        activityApi: activityApi(world, secret).optional(),
        graph: graph().optional(),
        azureMonitor: azureMonitor(secret).optional(),
      })
      .refine((collect) => Object.values(collect).some((each) => each !== undefined), {
        message: 'collects nothing: write activityApi, graph or azureMonitor',
      }),
    canary: canary(world).optional(),
  });
  const config = z.strictObject({
    listen: listen.default({ host: '127.0.0.1', port: 8480 }),
    reach: z.enum(['loopback', 'network']).default('loopback'),
    tls: z.strictObject({ certificate: existing, key: existing }).optional(),
    log: z.enum(['text', 'json']).default('text'),
    inventory: z.string().optional(),
    tenants: z.array(connected).default([]),
    emulatorClock: root.optional(),
    enforcementPoints: endpointsSchema(world).optional(),
    operators: operatorsSchema(world).optional(),
    feeds: feedsSchema(world).default([]),
    traces: tracesSchema(world).optional(),
  });
  return config.superRefine(({ tenants, enforcementPoints, emulatorClock, feeds }, context) => {
    const elsewhere =
      emulatorClock === undefined ? [] : elsewhereOf(emulatorClock, { tenants, enforcementPoints });
    for (const path of elsewhere) {
      const message =
        'leads to another machine, and emulatorClock is for an emulator on this one: a live ' +
        'tenant is collected, and access to it decided, on this machine’s clock; remove ' +
        'emulatorClock';
      context.addIssue({ code: 'custom', path: [...path], message });
    }
    if (
      enforcementPoints?.external !== undefined &&
      enforcementPoints.external.tenants === undefined
    ) {
      const text = 'admits people of no tenant: list tenants in it, or connect one';
      const path = ['enforcementPoints', 'external'];
      if (tenants.length === 0) context.addIssue({ code: 'custom', path, message: text });
    }
    if (tenants.length > 0 || enforcementPoints !== undefined || feeds.length > 0) return;
    // The history of an emulated company can be shown after the emulator ended.
    if (emulatorClock !== undefined) return;
    const message =
      'names no work: write a tenant to collect from, enforcementPoints to open, or feeds to send';
    context.addIssue({ code: 'custom', path: ['tenants'], message });
  });
}

/**
 * Every configured address that is not on this machine. A live tenant must not run on an emulator's
 * clock.
 */
function elsewhereOf(
  emulatorClock: string,
  config: {
    readonly tenants: readonly ConnectedTenant[];
    readonly enforcementPoints: EnforcementConfig | undefined;
  },
): readonly (readonly (string | number)[])[] {
  const { tenants, enforcementPoints } = config;
  const places = tenants.flatMap(({ authority, collect, canary: own }, at) => {
    const { activityApi: activity, graph: reads, azureMonitor: exported } = collect;
    const of = ['tenants', at];
    return [
      [[...of, 'authority'], authority] as const,
      [[...of, 'collect', 'activityApi', 'root'], activity?.root] as const,
      [[...of, 'collect', 'graph', 'root'], reads?.root] as const,
      [[...of, 'collect', 'azureMonitor', 'storage', 'root'], exported?.storage?.root] as const,
      ...(exported?.eventHubs?.brokers ?? []).map(
        (one) => [[...of, 'collect', 'azureMonitor', 'eventHubs'], `tcp://${one}`] as const,
      ),
      [[...of, 'canary', 'root'], own?.root] as const,
    ];
  });
  const points = enforcementPoints === undefined ? [] : pointPlaces(enforcementPoints);
  return [[['emulatorClock'], emulatorClock] as const, ...places, ...points]
    .filter(([, place]) => place !== undefined && !isOnThisMachine(place))
    .map(([path]) => path);
}

/** Enforcement points decide on the emulator's clock only about access on this machine. */
function pointPlaces({ listen, url, external, bypass, events }: EnforcementConfig) {
  const of = 'enforcementPoints';
  const receivers = events?.receivers ?? [];
  return [
    [[of, 'listen'], `tcp://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}`],
    [[of, 'url'], url],
    [[of, 'external', 'authority'], external?.authority],
    [[of, 'bypass', 'authority'], bypass?.authority],
    [[of, 'bypass', 'graph'], bypass?.graph],
    ...receivers.flatMap(({ pushTo }, at) =>
      pushTo.map((to) => [[of, 'events', 'receivers', at, 'pushTo'], to] as const),
    ),
  ] as const;
}

function isOnThisMachine(place: string): boolean {
  return isLoopback((URL.parse(place)?.hostname ?? '').replace(/^\[|\]$/g, ''));
}

/** Off by default, because a canary needs write access, which no collector has. */
function canary(world: ConfigEnvironment) {
  return z.strictObject({
    root: root.default('https://graph.microsoft.com'),
    credentials: credentials(world),
    mailbox: name.optional(),
    site: name.optional(),
    channel: z.strictObject({ team: guid, id: name }).optional(),
    account: name.optional(),
    every: canaryEvery.default(300_000),
  });
}

function activityApi(world: ConfigEnvironment, secret: ReturnType<typeof secretPlace>) {
  const existing = existingFile(world);
  const webhook = z
    .strictObject({
      address: root,
      listen: listen.default({ host: '127.0.0.1', port: 8482 }),
      authId: secret,
      certificate: z.strictObject({ file: existing, keyFile: existing.optional() }).optional(),
    })
    .refine(({ listen: at, certificate }) => certificate !== undefined || isLoopback(at.host), {
      message: 'would travel unencrypted: name a certificate, or listen on 127.0.0.1',
    });
  return z.strictObject({
    root: root.default('https://manage.office.com'),
    publisher: guid.optional(),
    contentTypes: z
      .array(z.enum(CONTENT_TYPES))
      .min(1)
      .default([...CONTENT_TYPES]),
    requestsPerMinute: requestsPerMinute(2000),
    webhook: webhook.optional(),
    every: every.default(60_000),
  });
}

function graph() {
  return z
    .strictObject({
      root: root.default('https://graph.microsoft.com'),
      signIns: z.array(z.enum(SIGN_IN_TYPES)).default([...SIGN_IN_TYPES]),
      directoryAudits: z.boolean().default(true),
      directory: z.array(z.enum(DIRECTORY_OBJECTS)).default([...DIRECTORY_OBJECTS]),
      crossCheck: z.boolean().default(true),
      requestsPerMinute: requestsPerMinute(30),
      every: every.default(300_000),
    })
    .refine(
      ({ signIns, directory, directoryAudits, crossCheck }) =>
        signIns.length > 0 || directory.length > 0 || directoryAudits || crossCheck,
      { message: 'reads nothing: name signIns, directoryAudits, directory or crossCheck' },
    );
}

function azureMonitor(secret: ReturnType<typeof secretPlace>) {
  const storage = z.strictObject({
    root,
    categories: z.array(z.enum(EXPORT_CATEGORIES)).min(1),
    sas: secret.optional(),
    every: every.default(60_000),
  });
  const eventHubs = z
    .strictObject({
      brokers: z.array(broker).min(1),
      hubs: z.array(hub()).min(1),
      group: name.default('$Default'),
      transport: z.enum(['tls', 'plain']).default('tls'),
      connectionString: secret.optional(),
    })
    .refine(({ transport, brokers }) => transport === 'tls' || brokers.every(isHere), {
      message: 'would send the secret unencrypted: remove "transport: plain"',
    });
  return z
    .strictObject({ storage: storage.optional(), eventHubs: eventHubs.optional() })
    .refine(({ storage, eventHubs }) => storage !== undefined || eventHubs !== undefined, {
      message: 'reads nothing: name storage or eventHubs',
    });
}

/**
 * Azure names a hub after the category in it. A hub with another name must state its categories.
 */
function hub() {
  const category = z.enum(EXPORT_CATEGORIES);
  return z
    .strictObject({ topic: name, categories: z.array(category).min(1).optional() })
    .transform(({ topic, categories }, context): HubConfig => {
      if (categories !== undefined) return { topic, categories };
      const named = EXPORT_CATEGORIES.find(
        (each) => topic === `insights-logs-${each.toLowerCase()}`,
      );
      if (named !== undefined) return { topic, categories: [named] };
      return refuse(context, `does not state what is in ${quoted(topic)}: name its categories`);
    });
}

function isHere(address: string): boolean {
  return isLoopback(address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, ''));
}

function requestsPerMinute(usual: number) {
  return z.number().int().min(1).max(REQUESTS_PER_MINUTE_MAX).default(usual);
}
