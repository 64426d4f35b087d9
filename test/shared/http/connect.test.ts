import { connect as rawConnect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from '@jest/globals'
import { connectTcp } from '../../../shared/http/connect.ts'
import { closedPort, startSilent, startTcp } from '../../support/lying-servers.ts'
import { failure, soon, stage, until } from './stage.ts'

/** What the kernel does for an address that never answers: an accept queue that is full drops every SYN. */
async function blackHole(port: number): Promise<{ close(): Promise<void> }> {
  const release = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(
    `const { workerData: { port, release }, parentPort } = require('node:worker_threads')
     const server = require('node:net').createServer().listen({ port, host: '127.0.0.2', backlog: 1 }, () => {
       parentPort.postMessage('listening')
       Atomics.wait(release, 0, 0)
       process.exit()
     })`,
    { eval: true, workerData: { port, release } },
  )
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  const fillers: Socket[] = []
  for (let i = 0; i < 6; i++) {
    const socket = rawConnect({ host: '127.0.0.2', port })
    socket.on('error', () => {})
    fillers.push(socket)
  }
  await until(() => fillers.filter((socket) => !socket.connecting).length >= 2, 'a full accept queue')
  return {
    async close() {
      for (const socket of fillers) socket.destroy()
      Atomics.store(release, 0, 1)
      Atomics.notify(release, 0)
      await worker.terminate()
    },
  }
}

describe('connectTcp', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', '127.0.0.1'],
    ['::1', '[::1]'],
    ['[::1]', '[::1]'],
  ])('%s is reported as it answered', async (host, shown) => {
    const server = await stage(startTcp(() => {}, { host: shown === '[::1]' ? '::1' : '127.0.0.1' }))
    const { socket, address, timings } = await connectTcp({ host, port: server.port, deadline: soon() })
    expect(address).toBe(`${shown}:${server.port}`)
    expect(timings.connect).toBeGreaterThan(0)
    expect('dns' in timings).toBe(host === 'localhost')
    socket.destroy()
  })

  test('localhost finds a server that listens on ::1 only', async () => {
    const server = await stage(startTcp(() => {}, { host: '::1' }))
    const { socket, address } = await connectTcp({ host: 'localhost', port: server.port, deadline: soon() })
    expect(address).toBe(`[::1]:${server.port}`)
    socket.destroy()
  })

  test('names each address that failed', async () => {
    const port = await closedPort()
    const one = await failure(connectTcp({ host: '127.0.0.1', port, deadline: soon() }))
    expect(one.message).toBe(`connection refused (127.0.0.1:${port})`)
    expect(one).toMatchObject({
      kind: 'connect',
      code: 'ECONNREFUSED',
      permanent: false,
      address: `127.0.0.1:${port}`,
    })
    const both = await failure(connectTcp({ host: 'localhost', port, deadline: soon() }))
    expect(both.message).toBe(`connection refused (127.0.0.1:${port} and [::1]:${port})`)
  })

  const onLinux = process.platform === 'linux' ? test : test.skip
  onLinux('a black hole does not starve the addresses behind it, and is left', async () => {
    const server = await stage(startSilent())
    const hole = await blackHole(server.port)
    try {
      const lookup = async (): Promise<string[]> => ['127.0.0.2', '127.0.0.2', '127.0.0.1']
      const { socket, address } = await connectTcp({
        ...{ host: 'api.test', port: server.port, deadline: soon(), lookup },
      })
      expect(address).toBe(`127.0.0.1:${server.port}`)
      socket.destroy()
    } finally {
      await hole.close()
    }
  })

  onLinux('an address that never answers ends at the deadline, and says who did not answer', async () => {
    const port = await closedPort()
    const hole = await blackHole(port)
    try {
      const lookup = async (): Promise<string[]> => ['127.0.0.1', '127.0.0.2']
      const error = await failure(connectTcp({ host: 'api.test', port, deadline: soon(400), lookup }))
      expect(error).toMatchObject({ kind: 'timeout', phase: 'connect' })
      expect(error.message).toMatch(
        new RegExp(
          `^no connection within \\d+ ms: 127.0.0.2:${port} did not answer; connection refused \\(127.0.0.1:${port}\\)$`,
        ),
      )
      const controller = new AbortController()
      const cancelled = failure(
        connectTcp({ host: '127.0.0.2', port, deadline: soon(), signal: controller.signal }),
      )
      controller.abort()
      expect((await cancelled).kind).toBe('cancelled')
    } finally {
      await hole.close()
    }
  })

  test('the address that is connected to is the one that is checked (DNS rebinding)', async () => {
    const server = await stage(startSilent())
    const answers = [['169.254.169.254'], ['::ffff:a9fe:a9fe', '127.0.0.1'], ['169.254.169.254', 'fe80::1']]
    const lookup = async (): Promise<string[]> => answers.shift() ?? []
    const options = { host: 'rebind.test', port: server.port, deadline: soon(), lookup }
    const refused = await failure(connectTcp(options))
    expect(refused).toMatchObject({ kind: 'refused-address', permanent: true })
    expect(refused.message).toBe(
      'rebind.test (169.254.169.254) is refused: it is a link-local address, where clouds serve credentials',
    )
    const { socket, address } = await connectTcp(options)
    expect(address).toBe(`127.0.0.1:${server.port}`)
    socket.destroy()
    expect((await failure(connectTcp(options))).kind).toBe('refused-address')
  })

  test.each([
    ['', 80],
    ['[]', 80],
    ['127.0.0.1', 0],
    ['127.0.0.1', 65_536],
    ['127.0.0.1', 1.5],
    ['127.0.0.1', Number.NaN],
    ['a'.repeat(300), 80],
  ])('the impossible target %s:%s is told at once', async (host, port) => {
    const error = await failure(connectTcp({ host, port, deadline: soon() }))
    expect(error).toMatchObject({ kind: 'invalid', permanent: true })
  })

  test('an error after connecting is not thrown at the process', async () => {
    const server = await stage(startTcp((socket) => socket.write('x')))
    const { socket } = await connectTcp({ host: '127.0.0.1', port: server.port, deadline: soon() })
    socket.destroy(new Error('nobody listens'))
    await until(() => socket.closed, 'closed')
  })
})
