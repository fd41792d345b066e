import type { Random, TenantId } from '@countersign/core';
import type { Config } from '../../config/config.ts';
import type { Actor } from '../../projection/entries/own-entry.ts';
import type { Command } from '../forwarding/command.ts';
import type { WorkHooks } from '../forwarding/forwarding-server.ts';
import type { ServiceControl } from './service-control.ts';

/** The resources that a process brings to work, its own or another's. */
export type HandlerContext = {
  readonly actor: Actor;
  readonly tenant: TenantId | undefined;
  /** `rehearse`: the first change ends the operation. */
  readonly mode: Command['mode'];
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The note signing key, if it is outside the data folder. */
  readonly keyFile?: string | undefined;
  /** Worker threads. */
  readonly workers: number;
  readonly hooks: Pick<WorkHooks, 'signal' | 'progress'>;
  /** The tenant that the process was started with; undefined: the work names its own. */
  readonly config?: Config | undefined;
  /** The service that runs the work; undefined in other processes. */
  readonly service?: ServiceControl | undefined;
  /** Only for its own commands. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
};
