export { Client, type DocumentOptions, type OperationsOf, type Reply } from './client.ts';
export { ClientError } from './client-error.ts';
export { ROUTES } from './generated/routes.ts';
export type { Answer, Operations, Problem, Watermark } from './generated/types.ts';
export { ItemList, type Page } from './item-list.ts';
export type { Route } from './route.ts';
export type { TailOptions, TailRecord } from './tail.ts';
export type { CallOptions, ClientOptions } from './transport.ts';
