import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { startService } from '../services/service.ts'
import type { Pair, Router } from './router.ts'

export interface NginxRouter extends Router {
  /** The main configuration file; it includes `conf.d/*.conf`. */
  config: string
  /** The file with the upstream. */
  upstreamFile: string
  errorLog: string
  /** How nginx is told to read its configuration again; without it, how it is called. */
  argv: { test: string[]; reload: string[] }
}

/** A real nginx, upstream `app` in a file of its own. @param program path of nginx */
export async function startNginxRouter(program: string, { blue, green }: Pair): Promise<NginxRouter> {
  const folder = tempFolder('nexus-nginx-')
  for (const name of ['logs', 'conf.d']) mkdirSync(join(folder, name))
  const port = await closedPort()
  const [config, errorLog] = [join(folder, 'nginx.conf'), join(folder, 'logs', 'error.log')]
  const upstreamFile = join(folder, 'conf.d', 'app.conf')
  writeFileSync(upstreamFile, `upstream app {\n  server ${blue.address};\n}\n`)
  writeFileSync(
    config,
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${errorLog} notice;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events { worker_connections 256; }
    http {
      access_log off;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      include ${folder}/conf.d/*.conf;
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://app;
          proxy_http_version 1.1;
          proxy_next_upstream off;
          proxy_set_header Connection "";
          proxy_set_header X-Through nginx;
        }
      }
    }`,
  )
  const base = [program, '-p', folder, '-c', config]
  const service = await startService({ argv: base as [string, ...string[]], port, stopSignal: 'SIGQUIT' })
  const reload = [...base, '-s', 'reload']
  return {
    ...service,
    ...{ url: `http://127.0.0.1:${port}`, folder, config, upstreamFile, errorLog },
    argv: { test: [...base, '-t'], reload },
    targetConfig: {
      ...{ file: upstreamFile, upstream: 'app', 'error-log': errorLog, reload },
      servers: { blue: blue.address, green: green.address },
    },
    restart: async () => {
      await service.stop()
      service.start()
      await service.ready()
    },
  }
}
