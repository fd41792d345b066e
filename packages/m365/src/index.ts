export { AssertionSigner } from './auth/assertion-signer.ts';
export { readSecret, readSecretFile, Secret, type SecretPlace } from './auth/secret.ts';
export { type Credential, type TokenOptions, TokenSource } from './auth/token-source.ts';
export {
  ActivityApi,
  type ActivityApiOptions,
  CONTENT_TYPES,
  type ContentType,
} from './collectors/activity-api/activity-api.ts';
export {
  ActivityCollector,
  type ActivityCollectorOptions,
} from './collectors/activity-api/activity-collector.ts';
export {
  ActivityWebhook,
  type WebhookOptions,
  type WebhookOutcome,
} from './collectors/activity-api/activity-webhook.ts';
export {
  EventHubsCollector,
  type EventHubsOptions,
} from './collectors/azure-monitor/event-hubs-collector.ts';
export { STORAGE_PER_MS, STORAGE_REQUESTS } from './collectors/azure-monitor/limits.ts';
export {
  StorageCollector,
  type StorageOptions,
} from './collectors/azure-monitor/storage-collector.ts';
export {
  type CollectionSession,
  type CollectionSink,
  type Collector,
  type CollectorName,
  type CollectWindow,
  type Content,
  type ContentFact,
  type DeliveredAs,
  type DeliveredFamily,
  LOOKED_AGAIN_MS,
  type PollReport,
  type WindowEnd,
  type WindowTally,
} from './collectors/collector.ts';
export {
  AuditLogQueryCollector,
  type AuditLogQueryOptions,
} from './collectors/graph/audit-log-query-collector.ts';
export type { DirectoryResource } from './collectors/graph/directory-resources.ts';
export {
  GraphDirectoryCollector,
  type GraphDirectoryOptions,
} from './collectors/graph/graph-directory-collector.ts';
export { GraphLogCollector, type GraphLogOptions } from './collectors/graph/graph-log-collector.ts';
export { type GraphOptions, GraphReader } from './collectors/graph/graph-reader.ts';
export { DIRECTORY_PER_MS, DIRECTORY_REQUESTS } from './collectors/graph/limits.ts';
export { DIRECTORY_AUDITS, type GraphLog, signInLog } from './collectors/graph/log-requests.ts';
export type { QuotaBudget } from './collectors/quota-budget.ts';
export { isCertificateCode } from './errors.ts';
export * from './files.ts';
export { HttpError, type HttpErrorCode } from './http/errors.ts';
export {
  HttpClient,
  type HttpOptions,
  type HttpRequest,
  type RequestAuthorizer,
} from './http/http-client.ts';
export type { Reply } from './http/http-exchange.ts';
export { type Allowance, RequestPace } from './http/request-pace.ts';
export { type Sleep, systemWait } from './http/wait.ts';
