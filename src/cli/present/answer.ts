import type { Answer } from '../../core/index.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Cell } from '../table.ts';

/** Yes is 0, no is 1, cannot tell is 3: nothing maps `unknown` to a boolean. */
export function exitCodeOf(answer: Answer): ExitCode {
  switch (answer.kind) {
    case 'yes':
      return EXIT.done;
    case 'no':
      return EXIT.no;
    case 'unknown':
      return EXIT.cannotTell;
  }
}

/** The answer in its colour: three answers, three colours. */
export function answerCell(
  answer: Answer,
  words: { yes: string; no: string; unknown: string },
): Cell {
  return { text: words[answer.kind], style: answer.kind };
}
