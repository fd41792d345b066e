import { directory, signIns } from './entra-shapes.ts';
import { binds, exchangeAdmin, items } from './exchange-shapes.ts';
import { files, teams } from './file-and-team-shapes.ts';
import type { Shape } from './shape.ts';

export function shapes(): readonly Shape[] {
  return [
    ...exchangeAdmin(),
    ...binds(),
    ...items(),
    ...files(),
    ...directory(),
    ...signIns(),
    ...teams(),
  ];
}
