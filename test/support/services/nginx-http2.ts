import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { writeCertificate } from './files.ts'
import { type Service, serviceOf } from './service.ts'

export interface NginxHttp2 extends Service {
  /** HTTP/2 by ALPN, or HTTP/1.1, with TLS. */
  tlsPort: number
  /** HTTP/2 without TLS, and in nginx before 1.25.1 nothing else. */
  cleartextPort: number
}

/** A real nginx with HTTP/2, that answers every path with a health document. */
export async function startNginxHttp2(program: string): Promise<NginxHttp2> {
  const folder = tempFolder('nexus-nginx-h2-')
  mkdirSync(join(folder, 'logs'))
  const files = await writeCertificate(folder)
  const [tlsPort, cleartextPort] = [await closedPort(), await closedPort()]
  const answer = `default_type application/json; add_header X-Protocol $server_protocol always; return 200 '{"status":"ok","version":"1.4.2"}';`
  const config = `
    daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/logs/error.log;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events { worker_connections 256; }
    http {
      access_log off;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      ssl_certificate ${files.cert}; ssl_certificate_key ${files.key};
      server { listen 127.0.0.1:${tlsPort} ssl http2; location / { ${answer} } }
      server { listen 127.0.0.1:${cleartextPort} http2; location / { ${answer} } }
    }`
  writeFileSync(join(folder, 'nginx.conf'), config)
  const nginx = serviceOf({
    argv: [program, '-p', folder, '-c', join(folder, 'nginx.conf')],
    port: tlsPort,
    stopSignal: 'SIGTERM',
  })
  nginx.start()
  await nginx.ready()
  return { ...nginx, tlsPort, cleartextPort }
}
