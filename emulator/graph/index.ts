export { graphHost } from './host.ts';
export type { Withheld } from './reports.ts';
export type { GraphOptions } from './service.ts';
