import type { Command as Parser } from 'commander';
import type { Bind } from '../context.ts';
import { declareNotBuilt } from './not-built.ts';

/** All commands, in the order of the help text. */
export function declareCommands(program: Parser, bind: Bind): void {
  declareNotBuilt(program, bind);
}
