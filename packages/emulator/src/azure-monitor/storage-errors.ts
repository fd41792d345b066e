import type { Reply } from '../http/http-message.ts';

/** An error reply of Azure Storage. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What was wrong with the authentication. */
  readonly detail: string | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    detail?: string,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.detail = detail;
  }

  /** The reply, with the request's id and time. */
  reply(requestId: string, nowMs: number): Reply {
    const { code, detail } = this;
    const time = new Date(nowMs).toISOString().replace('Z', '0000Z');
    const message = `${this.message}\nRequestId:${requestId}\nTime:${time}`;
    const more =
      detail === undefined
        ? ''
        : `<AuthenticationErrorDetail>${escapeXml(detail)}</AuthenticationErrorDetail>`;
    return {
      status: this.status,
      headers: { 'content-type': 'application/xml', 'x-ms-error-code': code, ...this.headers },
      body: xml(
        `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message>${more}</Error>`,
      ),
    };
  }
}

/** A document with the byte order mark that the service sends. */
export function xml(element: string): string {
  return `\uFEFF<?xml version="1.0" encoding="utf-8"?>${element}`;
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
