import type { Reply } from '../http.ts';

/** A refusal in the words of Azure Storage. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  reply(): Reply {
    const { code, message } = this;
    return {
      status: this.status,
      headers: { 'content-type': 'application/xml', 'x-ms-error-code': code, ...this.headers },
      body: xml(`<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`),
    };
  }
}

/** A document as the service begins it: with a byte order mark. */
export function xml(element: string): string {
  return `\uFEFF<?xml version="1.0" encoding="utf-8"?>${element}`;
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
