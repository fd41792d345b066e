/**
 * A log of three entries signs its checkpoint. A verifier without other knowledge checks that entry
 * 1 is in it.
 */
import { generateKeyPairSync } from 'node:crypto';
import {
  ed25519Signer,
  ed25519Verifier,
  formatCheckpoint,
  formatNote,
  leafHash,
  nodeHash,
  openNote,
  parseCheckpoint,
  parseNote,
  signNote,
  verifyInclusion,
} from '@countersign/tlog';

const [a, b, c] = ['one', 'two', 'three'].map((text) => leafHash(Buffer.from(text)));
if (a === undefined || b === undefined || c === undefined) throw new Error('three leaves');
const root = nodeHash(nodeHash(a, b), c);

const signer = ed25519Signer('log.example', generateKeyPairSync('ed25519').privateKey);
const text = formatCheckpoint({ origin: 'log.example', size: 3, root, extensions: [] });
const published = Buffer.from(formatNote(signNote(text, [signer])));

// The verifier has the published note, the log's key, the entry and its proof.
const opened = openNote(parseNote(published), [ed25519Verifier(signer.key)]);
const checkpoint = parseCheckpoint(opened.text);
const claim = { index: 1, size: checkpoint.size, root: checkpoint.root };
const isIn = verifyInclusion({ ...claim, leafHash: leafHash(Buffer.from('two')), proof: [a, c] });
const isForged = verifyInclusion({ ...claim, leafHash: leafHash(Buffer.from('2')), proof: [a, c] });
console.log({ origin: checkpoint.origin, isIn, isForged });
if (!isIn || isForged) process.exitCode = 1;
