import {
  type Collector,
  EventHubsCollector,
  readSecret,
  STORAGE_PER_MS,
  STORAGE_REQUESTS,
  StorageCollector,
  type StorageOptions,
} from '@countersign/m365';
import type { TenantAccess } from './tenant-access.ts';

/** The resource of the token request, independent of the configured host. */
const STORAGE_RESOURCE = 'https://storage.azure.com';

/** Collectors of the diagnostic export: from blob storage and from event hubs. */
export function exportCollectors(access: TenantAccess): Collector[] {
  const { storage, eventHubs } = access.tenant.collect.azureMonitor ?? {};
  return [
    ...(storage === undefined ? [] : [storageOf(access, storage)]),
    ...(eventHubs === undefined ? [] : [hubsOf(access, eventHubs)]),
  ];
}

type AzureMonitor = NonNullable<TenantAccess['tenant']['collect']['azureMonitor']>;

function storageOf(
  { tenant, world, http, tokensFor, paceOf }: TenantAccess,
  { root, categories, sas, every }: NonNullable<AzureMonitor['storage']>,
): Collector {
  const access: StorageOptions['access'] =
    sas === undefined
      ? { kind: 'token', authorization: tokensFor(STORAGE_RESOURCE) }
      : { kind: 'sas', signature: readSecret(sas, world.env) };
  const pace = paceOf({ requests: STORAGE_REQUESTS, perMs: STORAGE_PER_MS });
  const whose = { tenant: tenant.id, clock: world.clock };
  return new StorageCollector({
    ...whose,
    http,
    access,
    pace,
    account: root,
    categories,
    everyMs: every,
  });
}

function hubsOf(
  { tenant, world, ca }: TenantAccess,
  { brokers, hubs, group, transport, connectionString }: NonNullable<AzureMonitor['eventHubs']>,
): Collector {
  const secret = connectionString && readSecret(connectionString, world.env);
  const whose = { tenant: tenant.id, clock: world.clock };
  const address = { brokers, consumerGroup: group, connectionString: secret, transport, ca };
  return new EventHubsCollector({ ...whose, ...address, hubs });
}
