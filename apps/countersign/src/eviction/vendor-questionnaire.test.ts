import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfigFile } from '@countersign/yaml-document';
import { answerQuestions, parseAnswers, parseQuestions } from './vendor-questionnaire.ts';

const FILE = join(import.meta.dirname, '../../../../content/incident/vendor-questions.yaml');

const given = (text: string): Parameters<typeof parseAnswers>[0] => ({ file: 'a.yaml', text });

test('an empty answer, or a claim without evidence, stays unknown', () => {
  const questions = parseQuestions(readConfigFile(FILE));
  const answers = parseAnswers(
    given(
      'answers:\n  signing-keys: { answer: yes, evidence: an attestation }\n' +
        '  eviction: { answer: yes }\n  source-code: { answer: }\n',
    ),
  );
  const worth = new Map(answerQuestions(questions, answers).map(({ id, answer }) => [id, answer]));
  assert.equal(worth.get('signing-keys'), 'yes');
  assert.equal(worth.get('eviction'), 'unknown');
  assert.equal(worth.get('source-code'), 'unknown');
  assert.equal(worth.get('internal-access'), 'unknown');
});

test('refuses answers of another form, with the line', () => {
  assert.throws(() => parseAnswers(given('answers:\n  signing-keys: perhaps\n')), {
    code: 'CONFIG_INVALID',
  });
});
