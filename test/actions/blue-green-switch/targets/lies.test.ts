import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { describeWith } from '../../../support/real-parts.ts'
import type { CaddyRouter } from '../../../support/routers/caddy.ts'
import type { Haproxy } from '../../../support/routers/haproxy.ts'
import type { NginxRouter } from '../../../support/routers/nginx.ts'
import { openScene, type RouterName, type Scene } from '../../../support/routers/scene.ts'
import type { Traefik } from '../../../support/routers/traefik.ts'
import { atEnd } from '../../../support/runner/cleanup.ts'
import { expectConclusion, runPost, type StepResult } from '../../../support/runner.ts'

// What routers say that is not so, through the action as users run it.

const play = (name: RouterName, act: (scene: Scene) => Promise<void>) => async () => {
  const scene = await openScene(name)
  try {
    await act(scene)
  } finally {
    await scene.close()
  }
}

const withConfig = (scene: Scene, changes: object): string =>
  stringify({ ...scene.router.targetConfig, ...changes })

/** A port on which somebody else listens until the tests are through. */
async function takenPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Red, nothing was written, and the reason in the output and in the one error. */
function expectUntouched(step: StepResult, words: RegExp): void {
  expectConclusion(step, 'failure')
  expect(step.outputs).toMatchObject({
    switched: 'false',
    'rolled-back': 'false',
    reason: expect.stringMatching(words),
  })
  expect(step.annotations.filter(({ level }) => level === 'error')).toMatchObject([
    { message: expect.stringMatching(words) },
  ])
}

function expectPutBack(step: StepResult, words: RegExp): void {
  expectConclusion(step, 'failure')
  expect(step.outputs).toMatchObject({
    ...{ live: 'blue', switched: 'false', 'rolled-back': 'true', phase: 'restore' },
    ...{ weights: '{"blue":100,"green":0}', reason: expect.stringMatching(words) },
  })
  expect(step.summary).toContain('Rolled back: blue has all the traffic again')
}

describeWith('haproxy', 'HAProxy', () => {
  test(
    'says in words, with no status, that there is no such backend',
    play('haproxy', async (scene) => {
      const step = await scene.run({ 'target-config': withConfig(scene, { backend: 'nope' }) })
      expectUntouched(step, /HAProxy does not tell about backend "nope": "Can't find backend\./)
    }),
  )

  test(
    'answers "Permission denied" and closes well',
    play('haproxy', async (scene) => {
      const file = join(scene.router.folder, 'haproxy.cfg')
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('level admin', 'level operator'))
      await scene.router.restart()
      expectUntouched(await scene.run(), /Write "level admin" behind its "stats socket" line/)
      await scene.waitForSide('blue')
    }),
  )

  test(
    'forgets its weights when it restarts: the switch is seen to be undone',
    play('haproxy', async (scene) => {
      const running = scene.start({ watch: '30s' })
      await running.waitForLog(/VERIFY 100 %: proved/)
      await scene.router.restart()
      const step = await running.finished
      expectConclusion(step, 'failure')
      expect(step.outputs).toMatchObject({
        live: 'blue',
        switched: 'false',
        weights: '{"blue":100,"green":0}',
      })
      await scene.waitForSide('blue')
    }),
  )

  test(
    'keeps the weight of a server that it drains',
    play('haproxy', async (scene) => {
      const router = scene.router as Haproxy
      await router.say('set server app/green weight 100; set server app/green state drain')
      const step = await scene.run()
      expectConclusion(step, 'success')
      expect(step.outputs).toMatchObject({ live: 'green', previous: 'blue', switched: 'true' })
      await scene.waitForSide('green')
    }),
  )
})

describeWith('nginx', 'nginx', () => {
  test(
    'passes the test and the reload and goes on with the old configuration: its error log is in the reason',
    play('nginx', async (scene) => {
      const port = await takenPort()
      writeFileSync(
        join(scene.router.folder, 'conf.d', 'taken.conf'),
        `server { listen 127.0.0.1:${port}; }\n`,
      )
      const step = await scene.run({ propagation: '3s' })
      expectPutBack(
        step,
        new RegExp(`still answers with blue.*emerg: bind\\(\\) to 127\\.0\\.0\\.1:${port} failed`),
      )
    }),
  )

  test(
    'accepts a signal with exit code 0 and reads nothing',
    play('nginx', async (scene) => {
      const { folder, upstreamFile } = scene.router as NginxRouter
      const bytes = readFileSync(upstreamFile, 'utf8')
      writeFileSync(join(folder, 'conf.d', 'wrong.conf'), 'no_such_directive on;\n')
      const reload = ['kill', '-HUP', readFileSync(join(folder, 'nginx.pid'), 'utf8').trim()]
      const step = await scene.run({ 'target-config': withConfig(scene, { reload }), propagation: '2s' })
      expectPutBack(step, /still answers with blue.*emerg: unknown directive "no_such_directive"/)
      expect(readFileSync(upstreamFile, 'utf8')).toBe(bytes)
    }),
  )

  test(
    'refuses what is wrong elsewhere: the old bytes come back before anything was loaded',
    play('nginx', async (scene) => {
      const { folder, upstreamFile } = scene.router as NginxRouter
      const bytes = readFileSync(upstreamFile, 'utf8')
      writeFileSync(join(folder, 'conf.d', 'wrong.conf'), 'no_such_directive on;\n')
      expectUntouched(await scene.run(), /unknown directive "no_such_directive".* The old content is back in/)
      expect(readFileSync(upstreamFile, 'utf8')).toBe(bytes)
    }),
  )

  test(
    'tells what stands in its files, and serves something else after a run that died between the two',
    play('nginx', async (scene) => {
      const { folder, upstreamFile, argv } = scene.router as NginxRouter
      // The first time it is called, it ends the action that called it, as a runner that is switched off would.
      const [mark, script] = [join(folder, 'mark'), join(folder, 'reload.mjs')]
      writeFileSync(
        script,
        `import { existsSync, writeFileSync } from 'node:fs'
      import { spawnSync } from 'node:child_process'
      const [nth, mark, program, ...args] = process.argv.slice(2)
      let count = 0
      if (args.at(-1) === 'reload') {
        count = 1
        while (existsSync(mark + count)) count += 1
        writeFileSync(mark + count, '')
      }
      if (count === Number(nth)) process.kill(process.ppid, 'SIGKILL')
      else process.exit(spawnSync(program, args, { stdio: 'inherit' }).status)`,
      )
      const dying = (nth: number): string =>
        withConfig(scene, {
          reload: [process.execPath, script, String(nth), `${mark}-${nth}-`, ...argv.reload],
        })

      // Green stands in the file, blue is served.
      const first = await scene.run({ 'target-config': dying(1) })
      expect(first.signal).toBe('SIGKILL')
      expect(readFileSync(upstreamFile, 'utf8')).toContain(scene.green.address)
      expectConclusion(await runPost(first), 'success')
      await scene.waitForSide('blue', 20)
      expect(readFileSync(upstreamFile, 'utf8')).toContain(scene.blue.address)

      // Blue stands in the file, green is served: the one who died was putting it back.
      scene.green.behaviour = 'errors'
      const second = await scene.run({ 'target-config': dying(2) })
      expect(second.signal).toBe('SIGKILL')
      expect(readFileSync(upstreamFile, 'utf8')).toContain(scene.blue.address)
      await scene.waitForSide('green', 20)
      const third = await scene.run()
      expect(third.log).toContain('What was before it is put back first.')
      expectPutBack(third, /500/)
      await scene.waitForSide('blue', 20)
      expect(existsSync(join(folder, 'conf.d', '.app.conf.nexus-switch.lock'))).toBe(false)
    }),
  )
})

describeWith('caddy', 'Caddy', () => {
  test(
    'answers 200 to an upstream where nobody is',
    play('caddy', async (scene) => {
      scene.green.die()
      const step = await scene.run({ checks: 'none' })
      expectPutBack(step, /502/)
      await scene.waitForSide('blue')
    }),
  )

  test(
    'would answer 200 to a port that is a word: that is never sent',
    play('caddy', async (scene) => {
      const upstreams = { blue: scene.blue.address, green: '127.0.0.1:notaport' }
      const step = await scene.run({ 'target-config': withConfig(scene, { upstreams }) })
      expectConclusion(step, 'failure')
      expect(step.annotations).toMatchObject([
        {
          message: expect.stringContaining(
            'target-config.upstreams.green: "127.0.0.1:notaport" is not an address with a port',
          ),
        },
      ])
    }),
  )

  test(
    'takes a change of somebody else between our look and our write: that one wins',
    play('caddy', async (scene) => {
      const { admin } = scene.router as CaddyRouter
      const meddle = `fetch(process.argv[1], { method: 'POST', headers: { 'content-type': 'application/json' }, body: process.argv[2] })`
      const argv = [
        process.execPath,
        '-e',
        meddle,
        `${admin}/id/app_proxy/upstreams`,
        JSON.stringify({ dial: scene.green.address }),
      ]
      const step = await scene.run({ hooks: stringify({ 'before-switch': argv }) })
      expectUntouched(step, /Caddy was changed since it was read/)
      const upstreams = await (await fetch(`${admin}/id/app_proxy/upstreams`)).json()
      expect(upstreams).toEqual([{ dial: scene.blue.address }, { dial: scene.green.address }])
    }),
  )
})

describe('Traefik (a stand-in of its file provider and API)', () => {
  test(
    'reads nothing of a file outside the folder that it watches',
    play('traefik', async (scene) => {
      const file = join(scene.router.folder, 'elsewhere.yml')
      const traefik = scene.router as Traefik
      writeFileSync(
        file,
        readFileSync(traefik.file, 'utf8')
          .replace('weight: 100', 'weight: 90')
          .replace('weight: 0', 'weight: 10'),
      )
      const step = await scene.run({ 'target-config': withConfig(scene, { file }) })
      expectUntouched(
        step,
        /Traefik has blue 100, green 0 in force and not blue 90, green 10\..*does it watch the folder/,
      )
    }),
  )

  test(
    'keeps the old configuration when a file beside ours is wrong, and only logs it',
    play('traefik', async (scene) => {
      const traefik = scene.router as Traefik
      const bytes = readFileSync(traefik.file, 'utf8')
      const wrong = join(traefik.folder, 'dynamic', 'wrong.yml')
      writeFileSync(`${wrong}.new`, 'http: {services: {x: {}}}')
      renameSync(`${wrong}.new`, wrong)
      const { api: _, ...config } = traefik.targetConfig
      const step = await scene.run({ 'target-config': stringify(config), propagation: '2s' })
      expectPutBack(step, /2 s after the write the front door still answers with blue/)
      expect(readFileSync(traefik.file, 'utf8')).toBe(bytes)
    }),
  )
})
