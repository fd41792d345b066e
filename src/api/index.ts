export { HandoverError, type HandoverErrorCode, RemoteDefect, RemoteError } from './errors.ts';
export { EventBuilder } from './events.ts';
export { HandoverServer, type Perform, type WorkHooks } from './handover-server.ts';
export { doWork, type WorkOptions } from './holder.ts';
export type { Work } from './work.ts';
export { type ImportWork, importWork } from './works/import.ts';
export { type WriteOptions, write } from './write.ts';
