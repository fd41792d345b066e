import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

// Fetches Apache Kafka's jars with Maven, for the tests that need a real broker:
// node tools/fetch-kafka.ts

const VERSION = '4.1.0';
const folder = join(homedir(), '.cache', 'countersign', `kafka-${VERSION}`);
const work = mkdtempSync(join(tmpdir(), 'countersign-fetch-'));
const dependency =
  '<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>' +
  `<version>${VERSION}</version></dependency>`;

try {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(work, 'pom.xml'),
    '<project><modelVersion>4.0.0</modelVersion><groupId>countersign</groupId>' +
      '<artifactId>kafka</artifactId><version>1</version>' +
      `<dependencies>${dependency}</dependencies></project>`,
  );
  const goal = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
  execFileSync('mvn', goal, { cwd: work, stdio: 'inherit' });
  console.log(folder);
} finally {
  rmSync(work, { recursive: true, force: true });
}
