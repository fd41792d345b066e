export { type BlobOptions, blobHost } from './blob-service.ts';
export { EventStream, type StreamOptions } from './event-stream.ts';
export type { StorageAccount } from './storage-auth.ts';
