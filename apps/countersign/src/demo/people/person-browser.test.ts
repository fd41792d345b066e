import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { BrowserAgents, PersonBrowser } from './person-browser.ts';

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok';

/** A server that sends one answer on each connection, and resets it at the next request. */
async function forgetfulServer(answersMax: number) {
  let answers = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let requests = 0;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      if (++requests > 1 || answers === answersMax) socket.resetAndDestroy();
      else {
        answers++;
        socket.write(ANSWER);
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    connections: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a connection that the server closed meanwhile is replaced', async () => {
  await using server = await forgetfulServer(2);
  const agents = new BrowserAgents('');
  try {
    const browser = new PersonBrowser(agents, '192.0.2.1');
    assert.equal((await browser.open(server.url)).text, 'ok');
    const page = await browser.open(server.url);
    assert.equal(page.text, 'ok');
    assert.equal(server.connections(), 2);
  } finally {
    agents.close();
  }
});

test('a server that answers nothing on a new connection is a failure', async () => {
  await using server = await forgetfulServer(1);
  const agents = new BrowserAgents('');
  try {
    const browser = new PersonBrowser(agents, '192.0.2.1');
    await browser.open(server.url);
    await assert.rejects(browser.open(server.url), { code: 'ECONNRESET' });
    assert.equal(server.connections(), 2);
  } finally {
    agents.close();
  }
});
