export {
  ActivityApi,
  type ActivityApiOptions,
  CONTENT_TYPES,
  type ContentType,
  checkedPublisher,
} from './activity-api/api.ts';
export { ActivityCollector, type ActivityCollectorOptions } from './activity-api/collector.ts';
export { REQUESTS_PER_MINUTE } from './activity-api/limits.ts';
export { ActivityWebhook, type Heard, type WebhookOptions } from './activity-api/webhook.ts';
export { EventHubsCollector, type EventHubsOptions } from './azure-monitor/event-hubs.ts';
export { STORAGE_PER_MS, STORAGE_REQUESTS } from './azure-monitor/limits.ts';
export { StorageCollector, type StorageOptions } from './azure-monitor/storage.ts';
export type {
  CollectDesk,
  Collector,
  CollectorName,
  CollectSession,
  CollectWindow,
  Content,
  ContentFact,
  DeliveredAs,
  DeliveredFamily,
  PollReport,
  WindowEnd,
  WindowTally,
} from './collect.ts';
export { LOOKED_AGAIN_MS } from './collect.ts';
export { IntakeError, type IntakeErrorCode } from './errors.ts';
export type {
  Chunk,
  ChunkSink,
  Document,
  DocumentEnd,
  JsonObject,
  ReadContext,
  ReaderEvent,
  Reject,
} from './files/chunk.ts';
export type { Completeness } from './files/completeness.ts';
export { PageTally } from './files/completeness.ts';
export { Gatherer } from './files/gather.ts';
export { type Input, inputBytes, readInputs } from './files/open.ts';
export { readChunk } from './files/read-chunk.ts';
export { AuditLogQueryCollector, type AuditLogQueryOptions } from './graph/audit-log-query.ts';
export { GraphDirectoryCollector, type GraphDirectoryOptions } from './graph/directory.ts';
export { DIRECTORY_RESOURCES, type DirectoryResource } from './graph/directory-resources.ts';
export {
  DIRECTORY_PER_MS,
  DIRECTORY_REQUESTS,
  REPORTING_PER_MS,
  REPORTING_REQUESTS,
} from './graph/limits.ts';
export {
  DIRECTORY_AUDITS,
  type GraphLog,
  signInLog,
} from './graph/log-questions.ts';
export { GraphLogCollector, type GraphLogOptions } from './graph/logs.ts';
export { type GraphOptions, GraphReader } from './graph/pages.ts';
export {
  type Authorisation,
  HttpClient,
  type HttpOptions,
  type HttpRequest,
} from './http/client.ts';
export { HttpError, type HttpErrorCode } from './http/errors.ts';
export type { Reply } from './http/exchange.ts';
export { type Allowance, RequestPace } from './http/pace.ts';
export { readSecret, readSecretFile, Secret, type SecretPlace } from './http/secret.ts';
export { systemWait, type Wait } from './http/wait.ts';
export type { QuotaBudget } from './quota.ts';
export { AssertionSigner } from './token/assertion.ts';
export { type Credential, type TokenOptions, Tokens } from './token/tokens.ts';
