import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { connect } from '../../../../actions/blue-green-switch/observe/routers/haproxy.ts'
import { parseBackend } from '../../../../actions/blue-green-switch/targets/haproxy/state.ts'
import { describeWith } from '../../../support/real-parts.ts'
import { type Haproxy, startHaproxy } from '../../../support/routers/haproxy.ts'
import { atEnd, tempFolder } from '../../../support/runner/cleanup.ts'
import { until } from '../../../support/services/service.ts'
import {
  answers,
  connected,
  expectConflict,
  expectShare,
  failureOf,
  problemsOf,
  recorded,
  type Scene,
  signal,
  withRouter,
} from './target-tests.ts'

const CONFIG = { socket: '/run/haproxy.sock', backend: 'app', servers: { blue: 'b1', green: 'g1' } }

describe('target-config of haproxy', () => {
  test('a whole one is a target', () => {
    const target = connected(connect, CONFIG)
    expect(target.describe()).toBe('HAProxy backend app at /run/haproxy.sock')
    expect(target.colors).toEqual(['blue', 'green'])
    expect(target.weighted).toBe(true)
    // Who gains comes first: at no moment has everybody weight 0.
    expect(target.plan({ blue: 0, green: 100 })).toEqual([
      'HAProxy: set server app/g1 state ready; set server app/g1 weight 100; set server app/b1 weight 0',
    ])
    expect(target.plan({ blue: 95, green: 5 })).toEqual([
      'HAProxy: set server app/b1 state ready; set server app/b1 weight 95; set server app/g1 state ready; set server app/g1 weight 5',
    ])
  })

  test.each([
    ['no map', 'haproxy', ['target-config']],
    ['nothing in it', {}, ['target-config.socket', 'target-config.backend', 'target-config.servers']],
    ['an unknown key', { ...CONFIG, persist_file: '/x' }, ['target-config.persist_file']],
    ['a command in a name', { ...CONFIG, backend: 'app; shutdown' }, ['target-config.backend']],
    [
      'a line end in a name',
      { ...CONFIG, servers: { blue: 'b\nx', green: 'g' } },
      ['target-config.servers.blue'],
    ],
    ['one color', { ...CONFIG, servers: { blue: 'b' } }, ['target-config.servers']],
    ['one server', { ...CONFIG, servers: { blue: 'b', green: 'b' } }, ['target-config.servers']],
    ['a socket that is none', { ...CONFIG, socket: 'admin.sock' }, ['target-config.socket']],
  ])('%s is a problem', (_what, config, inputs) => {
    expect(problemsOf(connect, config).map(({ input }) => input)).toEqual(inputs)
  })

  test('a path that a shell behind via would read otherwise is a problem', () => {
    const config = { ...CONFIG, socket: '/run/my socket' }
    expect(problemsOf(connect, config)).toEqual([])
    expect(problemsOf(connect, config, { via: ['ssh', 'host'] }).map(({ input }) => input)).toEqual([
      'target-config.socket',
    ])
  })
})

test('whatever HAProxy answers is a state or none, and never a throw', () => {
  const lines = fc.constantFrom(
    '1',
    '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight',
    '3 app 1 blue 127.0.0.1 2 0 100 100',
    '3 app 2 green 127.0.0.1 2 8 0 1',
    '# pxname,svname,status,bck,algo',
    'app,blue,"no, check",0,',
    'app,BACKEND,UP,0,roundrobin',
    '',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(lines, fc.string())), (answer) => {
      const state = parseBackend(answer.join('\n'))
      for (const { weight } of state?.servers ?? []) expect(Number.isInteger(weight)).toBe(true)
    }),
  )
})

test('an answer without the columns is no state', () => {
  expect(parseBackend('')).toBeUndefined()
  expect(parseBackend("Can't find backend.\n\n")).toBeUndefined()
  expect(
    parseBackend(
      '1\n# be_id be_name srv_name srv_uweight srv_admin_state\n3 app b x 0\n\n# pxname,svname,\n\n',
    ),
  ).toBeUndefined()
})

describeWith('haproxy', 'the target haproxy', (program) => {
  const scene = (play: (scene: Scene<Haproxy>) => Promise<void>, options?: { stateFile?: boolean }) => () =>
    withRouter((pair) => startHaproxy(program, pair, options), connect, play)

  test(
    'switches, splits, restores',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      expect(before).toMatchObject({ weights: { blue: 100, green: 0 }, live: 'blue' })
      const split = await target.write({ blue: 90, green: 10 }, before, signal)
      expect(split).toMatchObject({ weights: { blue: 90, green: 10 }, live: undefined })
      expectShare(await answers(router, 200), 10)
      const after = await target.write({ blue: 0, green: 100 }, split, signal)
      expect(after.live).toBe('green')
      expect(await answers(router, 20)).toEqual({ green: 20 })
      const back = await target.restore(recorded(before), signal)
      expect(back).toEqual(before)
      expect(await target.restore(recorded(before), signal)).toEqual(before)
      expect(await answers(router, 20)).toEqual({ blue: 20 })
    }),
  )

  test(
    'speaks over TCP, and by socat behind via',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      for (const socket of [router.tcpSocket, `tcp://${router.tcpSocket}`, `ipv4@${router.tcpSocket}`]) {
        const other = connected(connect, { ...router.targetConfig, socket })
        expect(await other.read(signal)).toEqual(before)
      }
      // A program in the place of ssh and socat: it starts what stands behind it, and says what it was asked.
      const folder = tempFolder('nexus-via-')
      const socat = `import { connect } from 'node:net'
      const [dash, path] = process.argv.slice(-2)
      const socket = connect(path.replace('UNIX-CONNECT:', ''))
      process.stdin.pipe(socket).pipe(process.stdout)`
      writeFileSync(join(folder, 'socat.mjs'), socat)
      const via = [process.execPath, join(folder, 'socat.mjs')]
      const far = connected(connect, router.targetConfig, { via })
      expect(await far.read(signal)).toEqual(before)
      expect((await far.write({ blue: 0, green: 100 }, before, signal)).live).toBe('green')
      expect(far.lock).not.toBe(target.lock)
    }),
  )

  test(
    'errors come as text: an unknown backend or server is one',
    scene(async ({ router }) => {
      const backend = connected(connect, { ...router.targetConfig, backend: 'nope' })
      expect((await failureOf(backend.read(signal))).message).toContain(`"Can't find backend.`)
      const server = connected(connect, { ...router.targetConfig, servers: { blue: 'blue', green: 'gren' } })
      expect((await failureOf(server.read(signal))).message).toBe(
        'HAProxy backend app has no server "gren". It has blue, green. Did you mean "green"?',
      )
    }),
  )

  test('a command that is refused is an error, and half of a change is undone', async () => {
    const balance = (pair: Parameters<typeof startHaproxy>[1]) =>
      startHaproxy(program, pair).then(async (router) => {
        const file = join(router.folder, 'haproxy.cfg')
        const config = readFileSync(file, 'utf8')
        writeFileSync(
          file,
          config.replace('balance roundrobin', 'balance source').replace('weight 0', 'weight 50'),
        )
        await router.restart()
        return router
      })
    await withRouter(balance, connect, async ({ router, target }) => {
      await router.say('set server app/green weight 0')
      const before = await target.read(signal)
      const error = await failureOf(target.write({ blue: 70, green: 30 }, before, signal))
      expect(error.message).toContain('static LB algorithm')
      expect(error.message).toContain('hash-type consistent')
      expect(error.applied).toBe('no')
      expect(await target.read(signal)).toEqual(before)
      expect(await answers(router, 20)).toEqual({ blue: 20 })
    })
  })

  test(
    'something else that changed it is a conflict',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      await router.say('set server app/green weight 7')
      await expectConflict(
        target.write({ blue: 0, green: 100 }, before, signal),
        /was changed since it was read: it had blue 100, green 0, it has blue 93, green 7/,
      )
      expect((await target.read(signal)).weights).toEqual({ blue: 93, green: 7 })
    }),
  )

  test(
    'drain and maintenance count, though the weight stays what it was',
    scene(async ({ router, target }) => {
      await router.say('set server app/green weight 100; set server app/green state drain')
      const drained = await target.read(signal)
      expect(drained).toMatchObject({ weights: { blue: 100, green: 0 }, live: 'blue' })
      const after = await target.write({ blue: 0, green: 100 }, drained, signal)
      expect(after.live).toBe('green')
      expect(await answers(router, 20)).toEqual({ green: 20 })
      expect(await target.restore(recorded(drained), signal)).toEqual(drained)
      expect(await router.say('show servers state app')).toMatch(/ green \S+ \d+ 8 100 /)
      await router.say('set server app/green state maint')
      expect(await target.read(signal)).toMatchObject({ weights: { blue: 100, green: 0 } })
    }),
  )

  test(
    'a third server with traffic, or a backup server, is an unknown state',
    scene(async ({ router, target }) => {
      const file = join(router.folder, 'haproxy.cfg')
      const config = readFileSync(file, 'utf8')
      writeFileSync(file, `${config}  server spare 127.0.0.1:1 weight 5\n`)
      await router.restart()
      expect((await failureOf(target.read(signal))).message).toContain(
        'The server app/spare has weight 5 and is none of blue and green',
      )
      writeFileSync(file, config.replace(/weight 0$/m, 'weight 100 backup'))
      await router.restart()
      expect((await failureOf(target.read(signal))).message).toContain('The server app/green is a "backup"')
    }),
  )

  test(
    'nobody with weight is told as it is',
    scene(async ({ router, target }) => {
      await router.say('set server app/blue weight 0')
      expect(await target.read(signal)).toMatchObject({ weights: { blue: 0, green: 0 }, live: undefined })
    }),
  )

  test(
    'a server that its health check holds for down gets nothing',
    scene(async ({ router, target, pair }) => {
      const file = join(router.folder, 'haproxy.cfg')
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace(/weight 0$/m, 'weight 0 check inter 50ms fall 1'),
      )
      pair.green.die()
      await router.restart()
      await until(
        async () => (await router.say('show stat app 4 -1')).includes('DOWN'),
        () => 'green is not down',
      )
      const before = await target.read(signal)
      const error = await failureOf(target.write({ blue: 0, green: 100 }, before, signal))
      expect(error.message).toContain('HAProxy sends nothing to green: it holds it for "DOWN"')
      expect(error.applied).toBe('no')
      expect(await target.read(signal)).toEqual(before)
    }),
  )

  test('a restart forgets weights, unless they are kept in a file', async () => {
    await scene(async ({ router, target }) => {
      await target.write({ blue: 0, green: 100 }, await target.read(signal), signal)
      await router.restart()
      expect((await target.read(signal)).live).toBe('blue')
    })()
    await scene(
      async ({ router, target }) => {
        const before = await target.read(signal)
        await target.write({ blue: 20, green: 80 }, before, signal)
        await router.restart()
        expect((await target.read(signal)).weights).toEqual({ blue: 20, green: 80 })
        await target.restore(recorded(before), signal)
        await router.restart()
        expect((await target.read(signal)).weights).toEqual({ blue: 100, green: 0 })
      },
      { stateFile: true },
    )()
  })

  test(
    'a file for the state that cannot be written is found before anything moved',
    scene(async ({ router }) => {
      const config = { ...router.targetConfig, 'persist-file': '/proc/nexus/state' }
      const target = connected(connect, config)
      const before = await target.read(signal)
      const error = await failureOf(target.write({ blue: 0, green: 100 }, before, signal))
      expect(error.message).toContain('/proc/nexus/state cannot be written: there is no such file')
      expect(error.applied).toBe('no')
      expect(await target.read(signal)).toEqual(before)
    }),
  )

  test('a file for the state that cannot be written any more is told, also when the weights are back', () =>
    withRouter(
      (pair) => startHaproxy(program, pair, { stateFile: true }),
      connect,
      async ({ router, target }) => {
        const before = await target.read(signal)
        await target.write({ blue: 0, green: 100 }, before, signal)
        rmSync(join(router.folder, 'state'))
        mkdirSync(join(router.folder, 'state', 'in the way'), { recursive: true })
        const error = await failureOf(target.restore(recorded(before), signal))
        expect(error.message).toMatch(
          /^HAProxy has its old weights again, but after a restart it would not: .*state cannot be written/,
        )
        expect(error.applied).toBe('yes')
        expect((await target.read(signal)).live).toBe('blue')
      },
    ))

  test(
    'a socket without rights is told',
    scene(async ({ router, target }) => {
      const file = join(router.folder, 'haproxy.cfg')
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('level admin', 'level user'))
      await router.restart()
      const before = await target.read(signal)
      const error = await failureOf(target.write({ blue: 0, green: 100 }, before, signal))
      expect(error.message).toContain('Write "level admin" behind its "stats socket" line')
      expect(error.applied).toBe('no')
    }),
  )

  test(
    'a router that is gone or silent is told, with what is known',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      router.freeze()
      const stop = new AbortController()
      const silent = failureOf(target.read(stop.signal))
      setTimeout(() => stop.abort(), 50)
      expect((await silent).message).toMatch(/had not answered when it was given up/)
      router.thaw()
      await router.stop()
      const gone = await failureOf(target.write({ blue: 0, green: 100 }, before, signal))
      expect(gone.message).toMatch(/there is no such socket|nobody listens there/)
      expect(gone.applied).toBe('no')
    }),
  )

  test(
    'an answer that was lost is read back; where that fails too, it is said that nobody knows',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      const lossy = await cutter(router, false)
      const once = connected(connect, { ...router.targetConfig, socket: lossy.socket })
      expect((await once.write({ blue: 0, green: 100 }, before, signal)).live).toBe('green')
      await lossy.close()
      await target.restore(before, signal)
      const dead = await cutter(router, true)
      const error = await failureOf(
        connected(connect, { ...router.targetConfig, socket: dead.socket }).write(
          { blue: 0, green: 100 },
          before,
          signal,
        ),
      )
      expect(error.message).toMatch(
        /closed the connection .* It is not known whether the weights were set\.$/,
      )
      expect(error.applied).toBe('unknown')
      expect((await target.read(signal)).live).toBe('green')
      await dead.close()
    }),
  )

  test(
    'half of a line that was refused is undone',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      // HAProxy carries out the other commands of a line although one of them failed.
      const meddler = await cutter(router, false, (line) =>
        line.replace('app/green weight', 'app/gren weight'),
      )
      const other = connected(connect, { ...router.targetConfig, socket: meddler.socket })
      const error = await failureOf(other.write({ blue: 40, green: 60 }, before, signal))
      expect(error.message).toBe('HAProxy refused: "No such server.". What was set is undone.')
      expect(error.applied).toBe('no')
      expect(await target.read(signal)).toEqual(before)
      await meddler.close()
    }),
  )
})

/** A unix socket before that of HAProxy, which alters or loses the first line that sets something. */
async function cutter(
  router: Haproxy,
  endsThere: boolean,
  alter?: (line: string) => string,
): Promise<{ socket: string; close: () => Promise<void> }> {
  const socket = join(tempFolder('nexus-cutter-'), 'cutting.sock')
  let hasCut = false
  const server = createServer((client) => {
    client.on('error', () => {})
    client.once('data', async (chunk) => {
      const line = chunk.toString('utf8').trim()
      const isFirst = line.includes('set server') && !hasCut
      if (hasCut && endsThere) {
        client.destroy()
        return
      }
      hasCut ||= isFirst
      const answer = await router.say(isFirst && alter !== undefined ? alter(line) : line)
      if (isFirst && alter === undefined) client.destroy()
      else client.end(answer)
    })
  })
  atEnd(() => server.close())
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return { socket, close: () => new Promise((resolve) => server.close(() => resolve())) }
}
