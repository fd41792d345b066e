import { readFileSync } from 'node:fs';
import { messageOf } from '@countersign/core';
import { readSecretFile } from '@countersign/m365';
import type { FeedTls } from '../../config/feeds/feed-common.ts';
import { SinkError } from './sink.ts';

/** PEM texts for a TLS connection. */
export type ReceiverTls = {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
};

/**
 * Reads the files that a feed names. @throws SinkError MISCONFIGURED
 */
export function readReceiverTls({ authorityFile, clientCertificate }: FeedTls): ReceiverTls {
  const authority = authorityFile === undefined ? {} : { ca: textOf(authorityFile) };
  if (clientCertificate === undefined) return authority;
  const { file, keyFile = file } = clientCertificate;
  return { ...authority, cert: textOf(file), key: keyOf(keyFile) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = `could not read ${file}: ${messageOf(cause)}; check the path and permissions`;
    throw new SinkError('MISCONFIGURED', message, { cause });
  }
}

function keyOf(file: string): string {
  try {
    return readSecretFile(file);
  } catch (cause) {
    throw new SinkError('MISCONFIGURED', messageOf(cause), { cause });
  }
}
