import { spawnSync } from 'node:child_process'
import type { LoadReport } from '../load.ts'
import type { StepResult } from '../runner.ts'
import { answers, openScene, type RouterName } from './scene.ts'

export interface UnderLoad {
  step: StepResult
  report: LoadReport
}

/** One switch with users before, during and after it, 10,000 requests at the least. */
export async function switchUnderLoad(
  router: RouterName,
  inputs: Readonly<Record<string, string>>,
): Promise<UnderLoad> {
  const scene = await openScene(router)
  try {
    const users = await scene.users()
    await answers(users, 2_000)
    const step = await scene.run(inputs)
    await answers(users, Math.max(10_000, users.requests() + 2_000))
    return { step, report: await users.stop() }
  } finally {
    await scene.close()
  }
}

/**
 * The same in a network namespace of its own, where the kernel hands waiting connections over from a listening socket
 * that is closed to the one that takes its place (`net.ipv4.tcp_migrate_req`, Linux 5.14). Caddy 2.6 opens its sockets
 * anew with every change; without this the kernel resets what waits in the queue of the old one.
 *
 * @see https://docs.kernel.org/networking/ip-sysctl.html
 */
export function switchInNamespace(
  namespace: readonly string[],
  router: RouterName,
  inputs: Readonly<Record<string, string>>,
): UnderLoad {
  const [program = '', ...args] = namespace
  const script = `ip link set lo up && echo 1 > ${MIGRATE} && exec "$0" "$@"`
  const child = spawnSync(
    program,
    [...args, 'sh', '-c', script, process.execPath, import.meta.filename, router, JSON.stringify(inputs)],
    { encoding: 'utf8', timeout: 120_000, maxBuffer: 67_108_864, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  if (child.status !== 0) throw new Error(`${child.error ?? ''}${child.stderr}${child.stdout}`)
  return JSON.parse(child.stdout) as UnderLoad
}

const MIGRATE = '/proc/sys/net/ipv4/tcp_migrate_req'

/** What begins a command that runs in such a namespace; undefined when this machine or user cannot have one. */
export function namespaceCommand(): string[] | undefined {
  return [
    ['unshare', '--net'],
    ['unshare', '--map-root-user', '--net'],
    ['sudo', '-n', 'unshare', '--net'],
  ].find(([program = '', ...args]) => {
    const script = `ip link set lo up && echo 1 > ${MIGRATE}`
    return spawnSync(program, [...args, 'sh', '-c', script], { stdio: 'ignore' }).status === 0
  })
}

const [, file, router, inputs] = process.argv
if (file === import.meta.filename)
  console.log(JSON.stringify(await switchUnderLoad(router as RouterName, JSON.parse(inputs ?? '{}'))))
