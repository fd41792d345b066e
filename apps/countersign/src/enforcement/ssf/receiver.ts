/** Somebody who may have streams, as the configuration names them. */
export type Receiver = {
  readonly name: string;
  /** What its events are addressed to. */
  readonly audience: string;
  /** Origins at which it lets itself be called. */
  readonly pushTo: readonly string[];
  /** `ssf.manage` includes `ssf.read` (CAEP interoperability profile, 2.7.3). */
  readonly may: 'ssf.read' | 'ssf.manage';
};
