import { quoted } from '@countersign/core';
import { answerError, type HttpPoster, type ReceiverAnswer } from '../../delivery/http-post.ts';
import { SinkError } from '../../delivery/sink.ts';
import type { Notification } from './notification.ts';
import type { NotifyChannel } from './notify-sink.ts';

export type WebTarget = {
  readonly url: URL;
  readonly bodyOf: (notification: Notification) => object;
};

export type WebChannelOptions = {
  readonly poster: HttpPoster;
  readonly takesEnd: 'yes' | 'no';
  /** Says more than the status of an answer. Undefined: the status alone counts. */
  readonly isMisconfigured?: ((answer: ReceiverAnswer) => boolean) | undefined;
};

/** The address is wrong, revoked, or may not post: a retry cannot help. */
const ADDRESS_REFUSED: ReadonlySet<number> = new Set([401, 403, 404, 405]);

/** This very message will never be accepted. */
const MESSAGE_REFUSED: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** Posts messages as JSON. Addresses are secrets, so no error has one. */
export class WebChannel implements NotifyChannel<WebTarget> {
  readonly takesEnd: 'yes' | 'no';
  readonly #options: WebChannelOptions;

  constructor(options: WebChannelOptions) {
    this.takesEnd = options.takesEnd;
    this.#options = options;
  }

  async deliver(
    notification: Notification,
    { url, bodyOf }: WebTarget,
    signal: AbortSignal,
  ): Promise<{ readonly refused: string } | 'delivered'> {
    const { poster, isMisconfigured } = this.#options;
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const body = JSON.stringify(bodyOf(notification));
    const answer = await poster.post({ url, headers, body, signal });
    const { status } = answer;
    if (status >= 200 && status < 300) return 'delivered';
    const said = answer.body.trim() === '' ? '' : `: ${quoted(answer.body.trim())}`;
    const what = `${url.host} answered ${status}${said}`;
    if (ADDRESS_REFUSED.has(status) || isMisconfigured?.(answer) === true) {
      const cure = 'check the address or key of the route, and whether it was revoked';
      throw new SinkError('MISCONFIGURED', `${what}; ${cure}`);
    }
    if (MESSAGE_REFUSED.has(status)) return { refused: what };
    throw answerError(url, answer);
  }

  async close(): Promise<void> {
    this.#options.poster.close();
  }
}
