import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { writeCertificate } from './files.ts'
import { type Service, startService } from './service.ts'

export interface MosquittoOptions {
  /** Name → password; without users everybody is let in. */
  users?: Readonly<Record<string, string>>
  /** Lines of the access control list. */
  acl?: readonly string[]
  tls?: boolean
}

/** A Mosquitto broker. @param program path of mosquitto */
export async function startMosquitto(program: string, options: MosquittoOptions = {}): Promise<Service> {
  const folder = tempFolder('nexus-mosquitto-')
  const port = await closedPort()
  const config = [
    `listener ${port} 127.0.0.1`,
    `allow_anonymous ${options.users === undefined}`,
    'log_type all',
    // As root it would become a user who may not read this folder.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
  ]
  if (options.users !== undefined) {
    const file = join(folder, 'passwords')
    writeFileSync(file, '', { mode: 0o600 })
    for (const [name, password] of Object.entries(options.users)) {
      execFileSync('mosquitto_passwd', ['-b', file, name, password], { stdio: 'ignore' })
    }
    config.push(`password_file ${file}`)
  }
  if (options.acl !== undefined) {
    const file = join(folder, 'acl')
    writeFileSync(file, `${options.acl.join('\n')}\n`, { mode: 0o600 })
    config.push(`acl_file ${file}`)
  }
  if (options.tls) {
    const { cert, key } = await writeCertificate(folder)
    config.push(`certfile ${cert}`, `keyfile ${key}`)
  }
  const file = join(folder, 'mosquitto.conf')
  writeFileSync(file, `${config.join('\n')}\n`)
  return startService({ argv: [program, '-c', file], port })
}
