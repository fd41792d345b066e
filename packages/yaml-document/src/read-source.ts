import { readFileSync, statSync } from 'node:fs';
import { messageOf } from '@countersign/core';
import { DocumentError } from './errors.ts';

import type { SourceText } from './parse-yaml.ts';

/**
 * About the size of a configuration with a thousand tenants. A larger file is probably the wrong
 * file.
 */
const CONFIG_BYTES_MAX: number = 512 * 1024;

/** @throws DocumentError CONFIG_UNREADABLE */
export function readConfigFile(file: string): SourceText {
  try {
    const { size } = statSync(file);
    if (size > CONFIG_BYTES_MAX)
      throw new RangeError(`it is larger than ${CONFIG_BYTES_MAX} bytes`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
    return { file, text };
  } catch (cause) {
    throw new DocumentError(
      'CONFIG_UNREADABLE',
      `could not read the configuration ${file}: ${messageOf(cause)}; name it with --config FILE`,
      { cause },
    );
  }
}
