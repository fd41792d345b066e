/** A configured receiver that may have streams. */
export type Receiver = {
  readonly name: string;
  /** The audience of its events. */
  readonly audience: string;
  /** Origins at which it accepts pushes. */
  readonly pushTo: readonly string[];
  /** `ssf.manage` includes `ssf.read` (CAEP Interoperability Profile, 2.7.3). */
  readonly may: 'ssf.read' | 'ssf.manage';
};
