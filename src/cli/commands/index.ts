import type { Command as Parser } from 'commander';
import type { Bind } from '../context.ts';
import { declareImport } from './import.ts';
import { declareNotBuilt } from './not-built.ts';

/** All commands, in the order of the help text. */
export function declareCommands(program: Parser, bind: Bind): void {
  declareImport(program, bind);
  declareNotBuilt(program, bind);
}
